#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace netpulse {

/// A name with wildcards: "*" stands for characters within a label, "**" for any; where one stands for whole labels
/// ("*.example.net") it is not empty. Immutable; any thread.
class WildcardPattern {
 public:
  static constexpr std::size_t kNameBytesMax = 255;

  explicit WildcardPattern(std::string_view pattern);

  /// name: at most kNameBytesMax bytes. Time grows with pattern times name, whatever they are.
  bool matches(std::string_view name) const noexcept;
  /// The same as a regular expression of PCRE.
  std::string expression() const;

 private:
  struct Part {
    enum class Kind : std::uint8_t { kLiteral, kWithinLabel, kAcrossLabels };
    Kind kind;
    bool not_empty = false;
    std::string literal = {};
  };
  std::vector<Part> parts_;
};

}  // namespace netpulse
