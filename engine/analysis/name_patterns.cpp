#include "engine/analysis/name_patterns.h"

#include <algorithm>
#include <tuple>

namespace netpulse {
namespace {

std::size_t label_count(std::string_view name) noexcept {
  return name.empty() ? 0 : static_cast<std::size_t>(std::count(name.begin(), name.end(), '.')) + 1;
}

std::string escaped(char c) {
  const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  return plain ? std::string(1, c) : std::string("\\") + c;
}

}  // namespace

std::string_view literal_tail(std::string_view pattern) noexcept {
  const std::size_t star = pattern.rfind('*');
  if (star == pattern.npos) return pattern;
  const std::size_t dot = pattern.find('.', star);
  return dot == pattern.npos ? std::string_view() : pattern.substr(dot + 1);
}

std::string wildcard_expression(std::string_view pattern) {
  std::string expression = "^";
  for (std::size_t at = 0; at < pattern.size(); ++at) {
    if (pattern[at] != '*') {
      expression += escaped(pattern[at]);
      continue;
    }
    const bool across_labels = pattern.substr(at, 2) == "**";
    // A label is never empty, so a star that stands for a whole one needs a character.
    const bool whole_label = (at == 0 || pattern[at - 1] == '.') && (at + (across_labels ? 2 : 1) == pattern.size() ||
                                                                     pattern[at + (across_labels ? 2 : 1)] == '.');
    expression += across_labels ? "." : "[^.]";
    expression += whole_label ? '+' : '*';
    while (at + 1 < pattern.size() && pattern[at + 1] == '*') ++at;
  }
  return expression + "\\z";
}

Result<NamePatterns> NamePatterns::compile(std::span<const NameRule> rules) {
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
  std::vector<PatternSource> sources;
  for (const Ranked& one : ranked) {
    const auto id = static_cast<std::uint32_t>(sources.size());
    sources.push_back({one.keyword ? one.rule->text : wildcard_expression(one.rule->text), id, false, one.keyword});
  }
  Result<PatternDatabase> database = PatternDatabase::compile(sources);
  if (!database) return database.error();
  NamePatterns result(std::move(database).value());
  for (const Ranked& one : ranked) {
    result.applications_.push_back(one.rule->application);
    result.rule_indices_.push_back(static_cast<std::size_t>(one.rule - rules.data()));
    result.tail_labels_.push_back(static_cast<std::uint8_t>(one.tail_labels));
    result.any_unanchored_ = result.any_unanchored_ || one.tail_labels == 0;
  }
  return result;
}

}  // namespace netpulse
