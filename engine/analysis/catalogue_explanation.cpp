#include "engine/analysis/catalogue_explanation.h"

#include <algorithm>
#include <set>
#include <tuple>

#include "engine/analysis/address_index.h"
#include "engine/analysis/pattern_matcher.h"

namespace netpulse {
namespace {

using Kind = RuleMatch::Kind;
using Standing = RuleMatch::Standing;

/// A match with what it is ranked by: the smaller is the more specific.
struct Ranked {
  std::tuple<bool, int, std::size_t, int, std::size_t> rank;
  RuleMatch match;
};

template <class Rule>
RuleMatch match_of(Kind kind, const Rule& rule, std::string text) {
  return {kind, rule.replaced ? Standing::kReplaced : Standing::kLessSpecific, rule.application, rule.place,
          std::move(text)};
}

std::vector<RuleMatch> in_order(std::vector<Ranked> ranked) {
  std::stable_sort(ranked.begin(), ranked.end(), [](const Ranked& a, const Ranked& b) { return a.rank < b.rank; });
  std::vector<RuleMatch> matches;
  for (Ranked& one : ranked) matches.push_back(std::move(one.match));
  if (!matches.empty() && matches.front().standing == Standing::kLessSpecific)
    matches.front().standing = Standing::kDecides;
  return matches;
}

std::size_t labels_of(std::string_view name) {
  return static_cast<std::size_t>(std::count(name.begin(), name.end(), '.')) + 1;
}

bool lies_in(std::string_view name, std::string_view domain) {
  return name.ends_with(domain) && (name.size() == domain.size() || name[name.size() - domain.size() - 1] == '.');
}

}  // namespace

Result<CatalogueExplanation> CatalogueExplanation::make(const CatalogueRules& rules) {
  std::vector<NameRule> all = rules.names;
  for (NameRule& rule : all) rule.replaced = false;
  Result<NamePatterns> patterns = NamePatterns::compile(all);
  if (!patterns) return patterns.error();
  return CatalogueExplanation(rules, std::move(patterns).value());
}

std::vector<RuleMatch> CatalogueExplanation::of_name(std::string_view name) const {
  // In this order: hosts; domains and patterns by labels, the pattern first; patterns in no domain; keywords.
  enum Rank { kHostFirst, kByLabels, kAnywhere, kKeywordLast };
  constexpr std::size_t kLabelsMax = 256;
  std::vector<Ranked> found;
  for (const NameRule& rule : rules_->names) {
    if (rule.kind == NameRuleKind::kHost && rule.text == name)
      found.push_back({{rule.replaced, kHostFirst, 0, 0, 0}, match_of(Kind::kHost, rule, rule.text)});
    if (rule.kind == NameRuleKind::kDomain && lies_in(name, rule.text))
      found.push_back({{rule.replaced, kByLabels, kLabelsMax - labels_of(rule.text), 1, 0},
                       match_of(Kind::kDomain, rule, rule.text)});
  }
  std::set<std::uint32_t> ids;
  const auto keep = [](void* user, std::uint32_t id, std::size_t) {
    static_cast<std::set<std::uint32_t>*>(user)->insert(id);
    return true;
  };
  NamePatternScanner(patterns_).scan(name, keep, &ids);
  for (const std::uint32_t id : ids) {
    const NameRule& rule = rules_->names[patterns_.rule_index(id)];
    const bool keyword = rule.kind == NameRuleKind::kKeyword;
    const std::size_t labels = patterns_.tail_labels(id);
    const Rank rank = keyword ? kKeywordLast : labels == 0 ? kAnywhere : kByLabels;
    found.push_back({{rule.replaced, rank, rank == kByLabels ? kLabelsMax - labels : 0, 0, id},
                     match_of(keyword ? Kind::kKeyword : Kind::kPattern, rule, rule.text)});
  }
  return in_order(std::move(found));
}

std::vector<RuleMatch> CatalogueExplanation::of_port(std::uint8_t protocol, std::uint16_t port) const {
  std::vector<RuleMatch> matches;
  const auto& written = rules_->ports_written;
  // The last one that was written is in force.
  for (auto rule = written.rbegin(); rule != written.rend(); ++rule) {
    if (rule->protocol != protocol || port < rule->first || port > rule->last) continue;
    matches.push_back(match_of(Kind::kPort, *rule, rule->text()));
    const bool first = std::count_if(matches.begin(), matches.end(),
                                     [](const RuleMatch& m) { return m.standing == Standing::kDecides; }) == 0;
    if (!rule->replaced) matches.back().standing = first ? Standing::kDecides : Standing::kReplaced;
  }
  std::stable_sort(matches.begin(), matches.end(),
                   [](const RuleMatch& a, const RuleMatch& b) { return a.standing < b.standing; });
  return matches;
}

std::vector<RuleMatch> CatalogueExplanation::of_address(const IpAddress& address) const {
  std::vector<Ranked> found;
  for (const AddressRule& rule : rules_->addresses)
    if (first_address(address, rule.prefix_bits) == rule.network)
      found.push_back({{rule.replaced, 0, 128U - rule.prefix_bits, 0, 0}, match_of(Kind::kAddress, rule, rule.text())});
  return in_order(std::move(found));
}

std::vector<RuleMatch> CatalogueExplanation::of_protocol(std::string_view protocol_name) const {
  std::vector<Ranked> found;
  for (const ProtocolRule& rule : rules_->protocols) {
    if (rule.protocol != protocol_name) continue;
    const std::string text = rule.port == 0 ? rule.protocol : rule.protocol + "/" + std::to_string(rule.port);
    found.push_back({{rule.replaced, 0, rule.port, 0, 0}, match_of(Kind::kProtocol, rule, text)});
  }
  return in_order(std::move(found));
}

}  // namespace netpulse
