#include "engine/analysis/name_patterns.h"

#include <algorithm>
#include <tuple>

namespace netpulse {
namespace {

std::size_t label_count(std::string_view name) noexcept {
  return name.empty() ? 0 : static_cast<std::size_t>(std::count(name.begin(), name.end(), '.')) + 1;
}

}  // namespace

std::string_view literal_tail(std::string_view pattern) noexcept {
  const std::size_t star = pattern.rfind('*');
  if (star == pattern.npos) return pattern;
  const std::size_t dot = pattern.find('.', star);
  return dot == pattern.npos ? std::string_view() : pattern.substr(dot + 1);
}

Result<NamePatterns> NamePatterns::compile(std::span<const NameRule> rules, std::size_t tried_max) {
  struct Ranked {
    const NameRule* rule;
    bool keyword;
    std::size_t tail_labels, literal_characters;
  };
  std::vector<Ranked> ranked;
  for (const NameRule& rule : rules) {
    if ((rule.kind != NameRuleKind::kPattern && rule.kind != NameRuleKind::kKeyword) || rule.replaced) continue;
    const bool keyword = rule.kind == NameRuleKind::kKeyword;
    const auto stars = static_cast<std::size_t>(std::count(rule.text.begin(), rule.text.end(), '*'));
    ranked.push_back({&rule, keyword, keyword ? 0 : label_count(literal_tail(rule.text)), rule.text.size() - stars});
  }
  std::stable_sort(ranked.begin(), ranked.end(), [](const Ranked& a, const Ranked& b) {
    return std::tuple(a.keyword, b.tail_labels, b.literal_characters) <
           std::tuple(b.keyword, a.tail_labels, a.literal_characters);
  });
  const bool few = ranked.size() <= tried_max;
  std::vector<PatternSource> sources;
  if (!few)
    for (const Ranked& one : ranked) {
      const auto id = static_cast<std::uint32_t>(sources.size());
      const std::string& text = one.rule->text;
      sources.push_back({one.keyword ? text : WildcardPattern(text).expression(), id, false, one.keyword});
    }
  Result<PatternDatabase> database = PatternDatabase::compile(sources);
  if (!database) return database.error();
  NamePatterns result(std::move(database).value());
  for (const Ranked& one : ranked) {
    if (few && one.keyword)
      result.tried_.push_back({WildcardPattern(""), one.rule->text});
    else if (few)
      result.tried_.push_back({WildcardPattern(one.rule->text), {}});
    result.applications_.push_back(one.rule->application);
    result.rule_indices_.push_back(static_cast<std::size_t>(one.rule - rules.data()));
    result.tail_labels_.push_back(static_cast<std::uint8_t>(one.tail_labels));
    result.any_unanchored_ = result.any_unanchored_ || one.tail_labels == 0;
  }
  return result;
}

void NamePatternScanner::scan(std::string_view name, PatternScanner::OnMatch on_match, void* user) noexcept {
  for (std::size_t id = 0; id < patterns_->tried_.size(); ++id) {
    const NamePatterns::Tried& tried = patterns_->tried_[id];
    const bool matches =
        tried.keyword.empty() ? tried.pattern.matches(name) : name.find(tried.keyword) != std::string_view::npos;
    if (matches && !on_match(user, static_cast<std::uint32_t>(id), name.size())) return;
  }
  database_scanner_.scan(as_bytes(name), on_match, user);
}

}  // namespace netpulse
