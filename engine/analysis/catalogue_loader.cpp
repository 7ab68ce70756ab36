#include <algorithm>
#include <array>
#include <unordered_map>

#include "engine/analysis/catalogue_rules.h"
#include "engine/analysis/catalogue_syntax.h"
#include "engine/base/text.h"
#include "engine/config/toml_document.h"
#include "engine/metrics/worker_metrics.h"

namespace netpulse {
namespace {

constexpr std::array<std::string_view, 8> kApplicationKeys{"name",     "category", "domains", "hosts",
                                                           "patterns", "keywords", "ports",   "protocols"};
constexpr std::size_t kLabelTextBytesMax = 64;

std::string quoted(std::string_view text) {
  std::string result(1, '\'');
  result += text;
  return result += '\'';
}

/// Builds the rules of all files and gathers what is wrong with them.
class Reader {
 public:
  Reader() { rules_.applications.push_back({"Unknown", "Unknown"}); }

  void read(const Catalogue::Text& text) {
    file_ = static_cast<std::uint32_t>(rules_.files.size());
    rules_.files.push_back(text.name);
    Result<toml::table> root = parse_toml(text.toml, text.name);
    if (!root) {
      faults_.push_back(root.error().message);
      return;
    }
    for (const auto& [key, node] : root.value()) {
      const toml::array* applications = node.as_array();
      if (key.str() != "application")
        fault(key.source(), quoted(key.str()) + " is unknown: a catalogue consists of [[application]]");
      else if (applications == nullptr || !node.is_array_of_tables())
        fault(key.source(), "an application begins with [[application]]");
      else
        for (const toml::node& application : *applications) read_application(*application.as_table());
    }
  }

  Result<CatalogueRules> finish() {
    check_ports();
    if (faults_.empty()) return std::move(rules_);
    std::string all;
    for (std::size_t i = 0; i < faults_.size() && i < kFaultsShownMax; ++i) all += (i == 0 ? "" : "\n") + faults_[i];
    if (faults_.size() > kFaultsShownMax)
      all += "\n(" + std::to_string(faults_.size() - kFaultsShownMax) + " more faults)";
    return Error{all};
  }

 private:
  RulePlace place(const toml::source_region& source) const {
    return {file_, static_cast<std::uint32_t>(source.begin.line)};
  }
  void fault(const toml::source_region& source, const std::string& reason) { fault(place(source), reason); }
  void fault(RulePlace where, const std::string& reason) {
    faults_.push_back(rules_.place_text(where) + ": " + printable(reason));
  }

  void read_application(const toml::table& table) {
    for (const auto& [key, node] : table) {
      if (std::find(kApplicationKeys.begin(), kApplicationKeys.end(), key.str()) != kApplicationKeys.end()) continue;
      const std::string_view near = nearest(key.str(), kApplicationKeys.data(), kApplicationKeys.size());
      fault(key.source(),
            "key " + quoted(key.str()) + " is unknown" + (near.empty() ? "" : "; did you mean " + quoted(near) + "?"));
    }
    const std::optional<ApplicationId> application = identify(table);
    if (!application) return;
    const auto each = [&](std::string_view key, auto&& add) {
      const toml::node* node = table.get(key);
      if (node == nullptr) return;
      const toml::array* array = node->as_array();
      if (array == nullptr) return fault(node->source(), quoted(key) + " must be a list of texts");
      for (const toml::node& item : *array) {
        if (!item.is_string()) {
          fault(item.source(), quoted(key) + " must hold texts only");
          continue;
        }
        std::string text = item.as_string()->get();
        lower_case_ascii(text);
        add(std::move(text), place(item.source()));
      }
    };
    const auto add_names = [&](std::string_view key, NameRuleKind kind) {
      each(key, [&](std::string text, RulePlace where) { add_name({kind, *application, where, std::move(text)}); });
    };
    add_names("hosts", NameRuleKind::kHost);
    add_names("domains", NameRuleKind::kDomain);
    add_names("patterns", NameRuleKind::kPattern);
    add_names("keywords", NameRuleKind::kKeyword);
    each("ports", [&](const std::string& text, RulePlace where) {
      std::optional<PortRule> rule = parse_port_rule(text);
      if (!rule) return fault(where, quoted(text) + " is no port: write \"tcp/443\" or \"udp/6881-6889\"");
      rule->application = *application;
      rule->place = where;
      rules_.ports.push_back(*rule);
    });
    each("protocols", [&](std::string text, RulePlace where) {
      if (text.empty()) return fault(where, "a protocol's name is empty");
      const auto [known, added] = protocols_.emplace(text, where);
      if (!added) return fault(where, duplicate("protocol", text, known->second));
      rules_.protocols.push_back({std::move(text), *application, where});
    });
  }

  /// The application that a table is about: a new one, or one that an earlier table named.
  std::optional<ApplicationId> identify(const toml::table& table) {
    const auto label = [&](std::string_view key) -> std::optional<std::string> {
      const toml::node* node = table.get(key);
      if (node == nullptr || !node->is_string()) {
        if (node != nullptr) fault(node->source(), quoted(key) + " must be text");
        return std::nullopt;
      }
      const std::string& text = node->as_string()->get();
      const bool good = !text.empty() && text.size() <= kLabelTextBytesMax && printable(text) == text &&
                        text.front() != ' ' && text.back() != ' ';
      if (!good) {
        fault(node->source(),
              quoted(key) + " must be 1 to " + std::to_string(kLabelTextBytesMax) + " bytes of visible text");
        return std::nullopt;
      }
      return text;
    };
    const std::optional<std::string> name = label("name");
    if (!name) {
      if (!table.contains("name")) fault(table.source(), "this application has no 'name'");
      return std::nullopt;
    }
    const std::optional<std::string> category = label("category");
    std::string folded = *name;
    lower_case_ascii(folded);
    if (const auto known = ids_.find(folded); known != ids_.end()) {
      const Application& application = rules_.applications[known->second.id];
      const std::string earlier = " (" + rules_.place_text(known->second.place) + ")";
      if (application.name != *name)
        fault(table.source(), "application " + quoted(*name) + " is known as " + quoted(application.name) + earlier);
      else if (category && *category != application.category)
        fault(table.source(),
              "application " + quoted(*name) + " has the category " + quoted(application.category) + earlier);
      return known->second.id;
    }
    if (folded == "unknown" || folded == "other") {
      fault(table.source(), "the name " + quoted(*name) + " is reserved");
      return std::nullopt;
    }
    if (!category) {
      if (!table.contains("category")) fault(table.source(), "application " + quoted(*name) + " has no 'category'");
      return std::nullopt;
    }
    if (rules_.applications.size() >= kApplicationsMax) {
      if (!too_many_) fault(table.source(), "more than " + std::to_string(kApplicationsMax - 1) + " applications");
      too_many_ = true;
      return std::nullopt;
    }
    const auto id = static_cast<ApplicationId>(rules_.applications.size());
    rules_.applications.push_back({*name, *category});
    ids_.emplace(std::move(folded), Known{id, place(table.source())});
    return id;
  }

  void add_name(NameRule rule) {
    if (const std::string reason = fault_in_name_rule(rule.kind, rule.text); !reason.empty())
      return fault(rule.place, quoted(rule.text) + " " + reason);
    const bool wildcard = rule.kind == NameRuleKind::kPattern || rule.kind == NameRuleKind::kKeyword;
    if (rules_.names.size() >= kCatalogueRulesMax || (wildcard && wildcards_ >= kWildcardsMax)) {
      if (!too_many_)
        fault(rule.place, wildcard ? "more than " + std::to_string(kWildcardsMax) + " patterns and keywords"
                                   : "more than " + std::to_string(kCatalogueRulesMax) + " names");
      too_many_ = true;
      return;
    }
    static constexpr std::array<std::string_view, 4> kKinds{"host", "domain", "pattern", "keyword"};
    const std::string_view kind = kKinds[static_cast<std::size_t>(rule.kind)];
    const auto [known, added] = names_.emplace(std::string(kind) + " " + rule.text, rule.place);
    if (!added) return fault(rule.place, duplicate(kind, rule.text, known->second));
    wildcards_ += wildcard ? 1 : 0;
    rules_.names.push_back(std::move(rule));
  }

  std::string duplicate(std::string_view kind, const std::string& text, RulePlace earlier) const {
    return std::string(kind) + " " + quoted(text) + " stands at " + rules_.place_text(earlier) + " already";
  }

  void check_ports() {
    auto& ports = rules_.ports;
    std::stable_sort(ports.begin(), ports.end(), [](const PortRule& a, const PortRule& b) {
      return a.protocol != b.protocol ? a.protocol < b.protocol : a.first < b.first;
    });
    for (std::size_t i = 1; i < ports.size(); ++i)
      if (ports[i].protocol == ports[i - 1].protocol && ports[i].first <= ports[i - 1].last)
        fault(ports[i].place, "port " + std::to_string(ports[i].first) + " belongs to " +
                                  quoted(rules_.applications[ports[i - 1].application].name) + " already (" +
                                  rules_.place_text(ports[i - 1].place) + ")");
  }

  struct Known {
    ApplicationId id;
    RulePlace place;
  };

  CatalogueRules rules_;
  std::vector<std::string> faults_;
  std::unordered_map<std::string, Known> ids_;        // by name in lower case
  std::unordered_map<std::string, RulePlace> names_;  // by kind and text
  std::unordered_map<std::string, RulePlace> protocols_;
  std::size_t wildcards_ = 0;
  std::uint32_t file_ = 0;
  bool too_many_ = false;
};

}  // namespace

std::string CatalogueRules::place_text(RulePlace place) const {
  return printable(files[place.file]) + ":" + std::to_string(place.line);
}

Result<CatalogueRules> read_catalogue_rules(std::span<const Catalogue::Text> texts) {
  Reader reader;
  for (const Catalogue::Text& text : texts) reader.read(text);
  return reader.finish();
}

}  // namespace netpulse
