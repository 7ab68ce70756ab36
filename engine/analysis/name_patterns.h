#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/analysis/catalogue_rules.h"
#include "engine/analysis/pattern_matcher.h"
#include "engine/analysis/wildcard_pattern.h"

namespace netpulse {

/// The whole labels behind a pattern's last wildcard: "example.net" of "cdn-*.example.net", "" of "*.cdn*".
std::string_view literal_tail(std::string_view pattern) noexcept;

/// The catalogue's wildcard patterns and keywords. Ordered from the most to the least specific: patterns by the labels
/// of their literal tail, then by their literal characters; then keywords, the longest first. Few are tried one after
/// the other; more are in a database, which takes two thirds of a start's instructions to compile for thirty.
class NamePatterns {
 public:
  static constexpr std::size_t kTriedMax = 64;

  /// Of all rules that are patterns or keywords and not replaced. tried_max: how many are tried without a database.
  static Result<NamePatterns> compile(std::span<const NameRule> rules, std::size_t tried_max = kTriedMax);

  /// True if some rule can match a name in any domain, so that every name has to be scanned.
  bool any_unanchored() const noexcept { return any_unanchored_; }
  /// True if the rule with the pattern's id is for something more specific than a domain of so many labels.
  bool beats_domain(std::uint32_t id, std::uint8_t labels) const noexcept { return tail_labels_[id] >= labels; }
  ApplicationId application(std::uint32_t id) const noexcept { return applications_[id]; }
  /// Of the rules that were compiled, the one with the pattern's id.
  std::size_t rule_index(std::uint32_t id) const noexcept { return rule_indices_[id]; }
  std::uint8_t tail_labels(std::uint32_t id) const noexcept { return tail_labels_[id]; }

 private:
  friend class NamePatternScanner;
  struct Tried {
    WildcardPattern pattern;
    std::string keyword;  ///< not empty: this instead of the pattern
  };
  explicit NamePatterns(PatternDatabase database) : database_(std::move(database)) {}

  PatternDatabase database_;                 // empty if there are few
  std::vector<Tried> tried_;                 // by pattern id; empty if there are many
  std::vector<ApplicationId> applications_;  // by pattern id; the smaller id is the more specific
  std::vector<std::uint8_t> tail_labels_;    // by pattern id
  std::vector<std::size_t> rule_indices_;    // by pattern id
  bool any_unanchored_ = false;
};

/// Finds the patterns that a name matches; one per thread, no allocation in scan(). The patterns must outlive it.
class NamePatternScanner {
 public:
  explicit NamePatternScanner(const NamePatterns& patterns)
      : patterns_(&patterns), database_scanner_(patterns.database_) {}

  /// As PatternScanner::scan(); the end offset is that of the name. name: lower case.
  void scan(std::string_view name, PatternScanner::OnMatch on_match, void* user) noexcept;

 private:
  const NamePatterns* patterns_;
  PatternScanner database_scanner_;
};

}  // namespace netpulse
