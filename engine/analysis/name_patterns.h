#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/analysis/catalogue_rules.h"
#include "engine/analysis/pattern_matcher.h"

namespace netpulse {

/// The whole labels behind a pattern's last wildcard: "example.net" of "cdn-*.example.net", "" of "*.cdn*".
std::string_view literal_tail(std::string_view pattern) noexcept;

/// A wildcard pattern as an anchored regular expression.
std::string wildcard_expression(std::string_view pattern);

/// The catalogue's wildcard patterns and keywords, in one database. Ordered from the most to the least specific:
/// patterns by the labels of their literal tail, then by their literal characters; then keywords, the longest first.
class NamePatterns {
 public:
  /// Of all rules that are patterns or keywords and not replaced.
  static Result<NamePatterns> compile(std::span<const NameRule> rules);

  const PatternDatabase& database() const noexcept { return database_; }
  /// True if some rule can match a name in any domain, so that every name has to be scanned.
  bool any_unanchored() const noexcept { return any_unanchored_; }
  /// True if the rule with the pattern's id is for something more specific than a domain of so many labels.
  bool beats_domain(std::uint32_t id, std::uint8_t labels) const noexcept { return tail_labels_[id] >= labels; }
  ApplicationId application(std::uint32_t id) const noexcept { return applications_[id]; }
  /// Of the rules that were compiled, the one with the pattern's id.
  std::size_t rule_index(std::uint32_t id) const noexcept { return rule_indices_[id]; }
  std::uint8_t tail_labels(std::uint32_t id) const noexcept { return tail_labels_[id]; }

 private:
  explicit NamePatterns(PatternDatabase database) : database_(std::move(database)) {}

  PatternDatabase database_;
  std::vector<ApplicationId> applications_;  // by pattern id; the smaller id is the more specific
  std::vector<std::uint8_t> tail_labels_;    // by pattern id
  std::vector<std::size_t> rule_indices_;    // by pattern id
  bool any_unanchored_ = false;
};

}  // namespace netpulse
