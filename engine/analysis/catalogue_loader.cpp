#include <algorithm>
#include <array>
#include <tuple>
#include <unordered_map>

#include "engine/analysis/catalogue_ports.h"
#include "engine/analysis/catalogue_rules.h"
#include "engine/analysis/catalogue_syntax.h"
#include "engine/base/text.h"
#include "engine/config/toml_document.h"
#include "engine/metrics/worker_metrics.h"

namespace netpulse {
namespace {

constexpr std::array<std::string_view, 10> kApplicationKeys{
    "name", "category", "domains", "hosts", "patterns", "keywords", "ports", "protocols", "addresses", "replace"};
constexpr std::size_t kLabelTextBytesMax = 64;

std::string quoted(std::string_view text) {
  std::string result(1, '\'');
  result += text;
  return result += '\'';
}

/// Builds the rules of all files and gathers what is wrong with them.
class Reader {
 public:
  Reader() {
    rules_.applications.push_back({"Unknown", "Unknown"});
    rules_.application_places.push_back({});
  }

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
    rules_.ports = ports_in_force(
        rules_.ports_written, [this](const PortRule& later, const PortRule& earlier) { settle_port(later, earlier); });
    std::sort(rules_.protocols.begin(), rules_.protocols.end(), [](const ProtocolRule& a, const ProtocolRule& b) {
      return std::tie(a.protocol, a.port) < std::tie(b.protocol, b.port);
    });
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
    read_replace(table, *application);
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
      if (!rule)
        return fault(where,
                     quoted(text) + " is no port: write \"tcp/443\" or \"udp/6881-6889\" (\"ip/47\" without ports)");
      rule->application = *application;
      rule->place = where;
      rules_.ports_written.push_back(*rule);
    });
    each("protocols", [&](const std::string& text, RulePlace where) {
      std::optional<ProtocolRule> rule = parse_protocol_rule(text);
      if (!rule) return fault(where, quoted(text) + " is no protocol: write \"ssh\", or \"tls/853\" for one port");
      rule->application = *application;
      rule->place = where;
      add_rule("protocol", text, std::move(*rule), rules_.protocols);
    });
    each("addresses", [&](const std::string& text, RulePlace where) {
      Result<AddressRule> rule = parse_address_rule(text);
      if (!rule) return fault(where, quoted(text) + " " + rule.error().message);
      rule.value().application = *application;
      rule.value().place = where;
      if (rules_.addresses.size() >= kCatalogueRulesMax)
        return complain_of_number(where, std::to_string(kCatalogueRulesMax) + " addresses");
      const std::string normal = rule.value().text();
      add_rule("address", normal, std::move(rule).value(), rules_.addresses);
    });
  }

  /// "replace = true" forgets what earlier files know of the application.
  void read_replace(const toml::table& table, ApplicationId application) {
    const toml::node* node = table.get("replace");
    if (node == nullptr) return;
    if (!node->is_boolean()) return fault(node->source(), "'replace' must be true or false");
    if (!node->as_boolean()->get()) return;
    std::size_t count = 0;
    const auto forget = [&](auto& rules) {
      for (auto& rule : rules) {
        if (rule.application != application || rule.replaced || rule.place.file == file_) continue;
        rule.replaced = true;
        ++count;
      }
    };
    forget(rules_.names);
    forget(rules_.ports_written);
    forget(rules_.protocols);
    forget(rules_.addresses);
    note(CatalogueNote::Kind::kReplaces, place(node->source()),
         "all " + std::to_string(count) + " earlier rules of " + quoted(rules_.applications[application].name) +
             " are dropped");
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
      Application& application = rules_.applications[known->second.id];
      const std::string earlier = " (" + rules_.place_text(known->second.category_place) + ")";
      if (application.name != *name) {
        fault(table.source(), "application " + quoted(*name) + " is known as " + quoted(application.name) + earlier);
      } else if (category && *category != application.category) {
        const std::string reason =
            "application " + quoted(*name) + " has the category " + quoted(application.category) + earlier;
        if (known->second.category_place.file == file_) {
          fault(table.source(), reason);
        } else {
          note(CatalogueNote::Kind::kReplaces, place(table.source()), reason + "; now " + quoted(*category));
          application.category = *category;
          known->second.category_place = place(table.source());
        }
      }
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
      complain_of_number(place(table.source()), std::to_string(kApplicationsMax - 1) + " applications");
      return std::nullopt;
    }
    const auto id = static_cast<ApplicationId>(rules_.applications.size());
    rules_.applications.push_back({*name, *category});
    rules_.application_places.push_back(place(table.source()));
    ids_.emplace(std::move(folded), Known{id, place(table.source())});
    return id;
  }

  void add_name(NameRule rule) {
    if (const std::string reason = fault_in_name_rule(rule.kind, rule.text); !reason.empty())
      return fault(rule.place, quoted(rule.text) + " " + reason);
    const bool wildcard = rule.kind == NameRuleKind::kPattern || rule.kind == NameRuleKind::kKeyword;
    if (wildcard && wildcards_ >= kWildcardsMax)
      return complain_of_number(rule.place, std::to_string(kWildcardsMax) + " patterns and keywords");
    if (rules_.names.size() >= kCatalogueRulesMax)
      return complain_of_number(rule.place, std::to_string(kCatalogueRulesMax) + " names");
    static constexpr std::array<std::string_view, 4> kKinds{"host", "domain", "pattern", "keyword"};
    const std::string_view kind = kKinds[static_cast<std::size_t>(rule.kind)];
    const std::string text = rule.text;
    if (add_rule(kind, text, std::move(rule), rules_.names) && wildcard) ++wildcards_;
  }

  /// Adds a rule of this kind and text; true if there was none. An earlier file's rule gives way.
  template <class Rule>
  bool add_rule(std::string_view kind, const std::string& text, Rule rule, std::vector<Rule>& rules) {
    const auto [known, added] = known_rules_.emplace(std::string(kind) + " " + text, rules.size());
    if (!added) {
      Rule& earlier = rules[known->second];
      const std::string what = std::string(kind) + " " + quoted(text);
      if (!earlier.replaced && earlier.place.file == file_) {
        fault(rule.place, what + " stands at " + rules_.place_text(earlier.place) + " already");
        return false;
      }
      if (!earlier.replaced) settle(what, rule, earlier);
      earlier.replaced = true;
      known->second = rules.size();
    }
    rules.push_back(std::move(rule));
    return added;
  }

  template <class Rule>
  void settle(const std::string& what, const Rule& later, const Rule& earlier) {
    const std::string owner = quoted(rules_.applications[earlier.application].name);
    const std::string where = " (" + rules_.place_text(earlier.place) + ")";
    if (later.application == earlier.application)
      note(CatalogueNote::Kind::kAddsNothing, later.place, what + " belongs to " + owner + " already" + where);
    else
      note(CatalogueNote::Kind::kReplaces, later.place,
           what + " belonged to " + owner + where + "; now to " + quoted(rules_.applications[later.application].name));
  }

  /// Two rules for the same port.
  void settle_port(const PortRule& later, const PortRule& earlier) {
    // The first port of both.
    PortRule both = later;
    both.first = both.last = std::max(later.first, earlier.first);
    const std::string port = both.text();
    if (later.place.file == earlier.place.file)
      fault(later.place, "port " + port + " belongs to " + quoted(rules_.applications[earlier.application].name) +
                             " already (" + rules_.place_text(earlier.place) + ")");
    else
      settle("port " + port, later, earlier);
  }

  void note(CatalogueNote::Kind kind, RulePlace where, const std::string& text) {
    rules_.notes.push_back({kind, where, printable(text)});
  }
  void complain_of_number(RulePlace where, const std::string& what) {
    if (!too_many_) fault(where, "more than " + what);
    too_many_ = true;
  }

  struct Known {
    ApplicationId id;
    RulePlace category_place;
  };

  CatalogueRules rules_;
  std::vector<std::string> faults_;
  std::unordered_map<std::string, Known> ids_;                // by name in lower case
  std::unordered_map<std::string, std::size_t> known_rules_;  // by kind and text: place in the vector of the kind
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
