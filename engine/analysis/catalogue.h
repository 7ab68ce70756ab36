#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/ip_address.h"
#include "engine/base/result.h"
#include "engine/flow/flow_record.h"

namespace netpulse {

struct CatalogueRules;

/// An application people know, and how to recognise it.
struct Application {
  std::string name;      ///< "Netflix": flow field application, Prometheus label
  std::string category;  ///< "Streaming"
};

/// The application catalogue: TOML files compiled at start into one pattern database. Immutable afterwards.
/// Application 0 is "Unknown" in category "Unknown". At most kApplicationsMax applications (engine/metrics).
class Catalogue {
 public:
  /// Loads the files in order; a later file may add applications, add rules to known ones (same name), and take rules
  /// from them: of the same rule in two files the later wins.
  /// Errors name file, line and what is wrong: unknown key, malformed domain, duplicate rule, too many applications.
  static Result<Catalogue> load(std::span<const std::string> files) { return load(files, {}); }
  /// The same from memory: {name for messages, TOML text}.
  struct Text {
    std::string name, toml;
  };
  static Result<Catalogue> parse(std::span<const Text> texts);
  /// The texts first, then the files.
  static Result<Catalogue> load(std::span<const std::string> files, std::span<const Text> texts);

  Catalogue(Catalogue&&) noexcept;
  Catalogue& operator=(Catalogue&&) noexcept;
  ~Catalogue();

  std::span<const Application> applications() const noexcept;
  /// The default application of a transport port (last resort), or 0. protocol: IANA number.
  ApplicationId by_port(std::uint8_t protocol, std::uint16_t port) const noexcept;
  /// The application that an app_protocol ("dns", "ssh") stands for when no name is known, or 0; with a port, what it
  /// stands for on that port alone ("tls/853"), or 0.
  ApplicationId by_protocol(std::string_view protocol_name, std::uint16_t port = 0) const noexcept;
  /// The ports on which an app_protocol stands for something of its own; sorted.
  std::vector<std::pair<std::uint16_t, ApplicationId>> ports_of_protocol(std::string_view protocol_name) const;
  /// The application of the longest address range around address, or 0.
  ApplicationId by_address(const IpAddress& address) const noexcept;
  /// All that the files say, for who explains it.
  const CatalogueRules& rules() const noexcept;

 private:
  friend class CatalogueMatcher;
  Catalogue();
  struct Implementation;
  std::unique_ptr<Implementation> implementation_;
};

/// Finds the application of a name; one per thread, no allocation in match(). The catalogue must outlive it.
class CatalogueMatcher {
 public:
  explicit CatalogueMatcher(const Catalogue& catalogue);
  CatalogueMatcher(CatalogueMatcher&&) noexcept;
  ~CatalogueMatcher();

  /// name: lower case, without trailing dot; empty or more than 255 bytes: 0. The most specific rule wins: the exact
  /// name; then the longest domain suffix, unless a wildcard pattern ends in that domain or beneath it
  /// ("cdn-*.example.net" is more than "example.net"); then other patterns, then keywords; 0 when none fits.
  ApplicationId match(std::string_view name) noexcept;

 private:
  struct Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace netpulse
