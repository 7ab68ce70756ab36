#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "engine/filter/filter_vocabulary.h"

namespace netpulse {

/// Where an expression is wrong, and what was expected there.
struct FilterFault {
  std::size_t offset = 0;  ///< into the expression, in bytes
  std::size_t length = 0;  ///< of what is wrong; 0: something is missing at offset
  std::string message;
};
/// The expression, and below it a mark where it is wrong: two lines for a terminal, indented.
std::string marked(std::string_view expression, const FilterFault& fault);

/// A display filter, in Wireshark's manner (engine/filter/README.md has the language). Bounded: what it costs grows
/// with its length, which is at most kBytesMax, and with the texts that it looks at, never faster. Control side only;
/// one thread at a time.
class FilterExpression {
 public:
  static constexpr std::size_t kBytesMax = 4096;

  /// An empty expression matches everything. The vocabulary is needed for parsing only.
  static std::variant<FilterExpression, FilterFault> parse(std::string_view text, const FilterVocabulary& vocabulary);

  FilterExpression(FilterExpression&&) noexcept;
  FilterExpression& operator=(FilterExpression&&) noexcept;
  ~FilterExpression();

  bool matches(const FilterSubject& subject) const;
  bool empty() const noexcept;

 private:
  friend class FilterParser;
  struct Program;
  explicit FilterExpression(std::unique_ptr<Program> program);
  std::unique_ptr<Program> program_;
};

}  // namespace netpulse
