#include "engine/analysis/catalogue_review.h"

#include <algorithm>
#include <map>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "engine/analysis/address_index.h"
#include "engine/analysis/name_patterns.h"
#include "engine/base/text.h"

namespace netpulse {
namespace {

using Kind = CatalogueNote::Kind;

constexpr std::size_t kExamplesMax = 3;

std::string quoted(std::string_view text) { return "'" + std::string(text) + "'"; }

class Review {
 public:
  Review(const CatalogueRules& rules, std::uint32_t first_file, std::span<const std::string_view> protocols)
      : rules_(rules), first_file_(first_file), protocols_(protocols) {
    for (const NameRule& rule : rules.names)
      if (rule.kind == NameRuleKind::kDomain && !rule.replaced) domains_.emplace(rule.text, &rule);
  }

  std::vector<CatalogueNote> run() {
    for (const CatalogueNote& note : rules_.notes)
      if (note.place.file >= first_file_) notes_.push_back(note);
    check_names();
    check_addresses();
    check_protocols();
    check_applications();
    std::sort(notes_.begin(), notes_.end(), [](const CatalogueNote& a, const CatalogueNote& b) {
      return std::tie(a.place.file, a.place.line, a.text) < std::tie(b.place.file, b.place.line, b.text);
    });
    return std::move(notes_);
  }

 private:
  /// Names of other applications that a domain does not reach.
  struct Staying {
    std::vector<std::string> examples;
    std::size_t count = 0;
  };

  bool in_question(RulePlace place) const { return place.file >= first_file_; }
  const std::string& owner(ApplicationId application) const { return rules_.applications[application].name; }
  std::string told(const std::string& rule, ApplicationId application, RulePlace place) const {
    return quoted(rule) + " of " + quoted(owner(application)) + " (" + rules_.place_text(place) + ")";
  }
  void note(Kind kind, RulePlace place, const std::string& text) { notes_.push_back({kind, place, printable(text)}); }

  /// The domains that name lies in, name itself last if it is one; visit returns false to stop. From the longest.
  template <class Visit>
  void each_domain_around(std::string_view name, Visit visit) const {
    while (true) {
      if (const auto found = domains_.find(name); found != domains_.end() && !visit(*found->second)) return;
      const std::size_t dot = name.find('.');
      if (dot == name.npos) return;
      name.remove_prefix(dot + 1);
    }
  }

  void check_names() {
    for (const NameRule& rule : rules_.names) {
      if (rule.replaced) continue;
      switch (rule.kind) {
        case NameRuleKind::kKeyword:
          if (in_question(rule.place)) check_keyword(rule);
          break;
        case NameRuleKind::kPattern:
          check_around(rule, literal_tail(rule.text));
          break;
        case NameRuleKind::kHost:
        case NameRuleKind::kDomain:
          check_around(rule, rule.text);
          break;
      }
    }
    for (const auto& [domain, staying] : staying_) {
      std::string text = "names beneath " + quoted(domain->text) + " that stay with other applications: ";
      for (std::size_t i = 0; i < staying.examples.size(); ++i) text += (i == 0 ? "" : ", ") + staying.examples[i];
      if (staying.count > staying.examples.size())
        text += " and " + std::to_string(staying.count - staying.examples.size()) + " more";
      note(Kind::kStays, domain->place, text);
    }
  }

  void check_around(const NameRule& rule, std::string_view name) {
    bool nearest = true;
    each_domain_around(name, [&](const NameRule& domain) {
      if (&domain == &rule) return true;
      if (nearest && in_question(rule.place)) {
        // A pattern of the domain's own application is as useless as a name.
        if (domain.application == rule.application)
          note(Kind::kAddsNothing, rule.place,
               quoted(rule.text) + " lies in " + told(domain.text, domain.application, domain.place) + " already");
        else
          note(Kind::kRefines, rule.place,
               quoted(rule.text) + " takes names out of " + told(domain.text, domain.application, domain.place));
      }
      nearest = false;
      if (in_question(domain.place) && !in_question(rule.place) && domain.application != rule.application) {
        Staying& staying = staying_[&domain];
        if (++staying.count <= kExamplesMax)
          staying.examples.push_back(quoted(rule.text) + " (" + owner(rule.application) + ")");
      }
      return true;
    });
  }

  void check_keyword(const NameRule& keyword) {
    std::string examples;
    std::size_t count = 0;
    for (const NameRule& rule : rules_.names) {
      if (rule.kind != NameRuleKind::kDomain || rule.replaced || rule.application == keyword.application ||
          rule.text.find(keyword.text) == std::string::npos)
        continue;
      if (++count <= kExamplesMax)
        examples += (examples.empty() ? "" : ", ") + quoted(rule.text) + " (" + owner(rule.application) + ")";
    }
    if (count == 0) return;
    if (count > kExamplesMax) examples += " and " + std::to_string(count - kExamplesMax) + " more";
    note(Kind::kStays, keyword.place,
         "keyword " + quoted(keyword.text) + " is in domains that stay with other applications: " + examples);
  }

  void check_addresses() {
    std::map<std::pair<IpAddress, unsigned>, const AddressRule*> ranges;
    for (const AddressRule& rule : rules_.addresses)
      if (!rule.replaced) ranges.emplace(std::pair(rule.network, rule.prefix_bits), &rule);
    for (const AddressRule& rule : rules_.addresses) {
      if (rule.replaced || !in_question(rule.place)) continue;
      for (unsigned bits = rule.prefix_bits; bits-- > 1;) {
        const auto found = ranges.find(std::pair(first_address(rule.network, bits), bits));
        if (found == ranges.end()) continue;
        const AddressRule& around = *found->second;
        const std::string there = told(around.text(), around.application, around.place);
        if (around.application == rule.application)
          note(Kind::kAddsNothing, rule.place, quoted(rule.text()) + " lies in " + there + " already");
        else
          note(Kind::kRefines, rule.place, quoted(rule.text()) + " takes addresses out of " + there);
        break;
      }
    }
  }

  void check_protocols() {
    if (protocols_.empty()) return;
    for (const ProtocolRule& rule : rules_.protocols) {
      if (rule.replaced || !in_question(rule.place) ||
          std::find(protocols_.begin(), protocols_.end(), rule.protocol) != protocols_.end())
        continue;
      const std::string_view near = nearest(rule.protocol, protocols_.data(), protocols_.size());
      note(Kind::kUnknownProtocol, rule.place,
           "this build has no protocol " + quoted(rule.protocol) +
               (near.empty() ? "" : "; did you mean " + quoted(near) + "?"));
    }
  }

  void check_applications() {
    std::vector<bool> has_rule(rules_.applications.size());
    const auto mark = [&](const auto& rules) {
      for (const auto& rule : rules)
        if (!rule.replaced) has_rule[rule.application] = true;
    };
    mark(rules_.names);
    mark(rules_.ports);
    mark(rules_.protocols);
    mark(rules_.addresses);
    for (std::size_t i = 1; i < has_rule.size(); ++i)
      if (!has_rule[i] && in_question(rules_.application_places[i]))
        note(Kind::kNoRule, rules_.application_places[i],
             "application " + quoted(rules_.applications[i].name) + " has no rule: nothing will be named so");
  }

  const CatalogueRules& rules_;
  std::uint32_t first_file_;
  std::span<const std::string_view> protocols_;
  std::unordered_map<std::string_view, const NameRule*> domains_;
  std::unordered_map<const NameRule*, Staying> staying_;
  std::vector<CatalogueNote> notes_;
};

}  // namespace

std::vector<CatalogueNote> review_catalogue(const CatalogueRules& rules, std::uint32_t first_file,
                                            std::span<const std::string_view> protocols) {
  return Review(rules, first_file, protocols).run();
}

}  // namespace netpulse
