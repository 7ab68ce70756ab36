#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"

namespace netpulse {

/// A TOML document that remembers which keys were read and what was wrong with them.
/// Each part of netpulse reads its own section; finish() then refuses keys that nobody asked for, naming file, line,
/// key and the nearest known key. Errors are collected, so that a user sees all of them at once.
class Config {
 public:
  /// No file: defaults, environment and overrides only.
  Config();
  static Result<Config> from_file(const std::string& path);
  static Result<Config> from_text(std::string_view toml, const std::string& name_for_messages);

  Config(Config&&) noexcept;
  Config& operator=(Config&&) noexcept;
  ~Config();

  /// The command line's word: wins over environment and file. dotted_key: "workers.count"; value in TOML syntax
  /// without quotes for text.
  void set_override(const std::string& dotted_key, const std::string& value);

  /// True if the file has this section (dotted: "exporters.jsonl"), or an environment variable or override reaches into
  /// it.
  bool has_section(std::string_view section) const;

  // Getters. section may be dotted. The environment variable NETPULSE_<SECTION>_<KEY> (upper case, dots as _) wins over
  // the file. A value of another type or outside [min, max] records an error that names file, line, key and the allowed
  // range, and gives the default.
  std::int64_t integer(std::string_view section, std::string_view key, std::int64_t fallback, std::int64_t min,
                       std::int64_t max);
  double number(std::string_view section, std::string_view key, double fallback, double min, double max);
  bool boolean(std::string_view section, std::string_view key, bool fallback);
  std::string text(std::string_view section, std::string_view key, std::string_view fallback);
  /// One of choices.
  std::string choice(std::string_view section, std::string_view key, std::string_view fallback,
                     const std::vector<std::string_view>& choices);
  /// An array of text; the environment gives a comma-separated list.
  std::vector<std::string> texts(std::string_view section, std::string_view key, std::vector<std::string> fallback);
  std::vector<std::int64_t> integers(std::string_view section, std::string_view key, std::vector<std::int64_t> fallback,
                                     std::int64_t min, std::int64_t max);

  /// Every key that was asked for so far, dotted and sorted: what a sample or a manual has to name.
  std::vector<std::string> keys_read() const;

  /// Records an error about a key that was read but makes no sense to its reader (file and line are added).
  void complain(std::string_view section, std::string_view key, const std::string& message);
  /// Errors so far and unknown keys, a line each; success if there are none. Call after all readers had their turn.
  Result<void> finish();

 private:
  struct Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace netpulse
