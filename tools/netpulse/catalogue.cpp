#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "configs/catalogue/bundled.h"
#include "engine/analysis/catalogue_explanation.h"
#include "engine/analysis/catalogue_review.h"
#include "engine/analysis/catalogue_syntax.h"
#include "plugins/registry.h"
#include "tools/netpulse/commands.h"
#include "tools/netpulse/json_text.h"
#include "tools/netpulse/settings.h"
#include "tools/netpulse/table.h"

namespace netpulse {
namespace {

/// What a catalogue consists of. Rules that a later file replaced do not count.
struct Summary {
  std::size_t applications = 0, categories = 0, domains = 0, patterns = 0, ports = 0, addresses = 0, protocols = 0;
};

bool is_wildcard(const NameRule& rule) {
  return rule.kind == NameRuleKind::kPattern || rule.kind == NameRuleKind::kKeyword;
}

/// A summary for each application, or of all in one ([0]) with their numbers.
std::vector<Summary> summaries(const CatalogueRules& rules, bool each) {
  std::vector<Summary> result(each ? rules.applications.size() : 1);
  const auto add = [&](const auto& list, auto member_of) {
    for (const auto& rule : list)
      if (!rule.replaced) ++(result[each ? rule.application : 0].*member_of(rule));
  };
  add(rules.names, [](const NameRule& rule) { return is_wildcard(rule) ? &Summary::patterns : &Summary::domains; });
  add(rules.ports_written, [](const PortRule&) { return &Summary::ports; });
  add(rules.addresses, [](const AddressRule&) { return &Summary::addresses; });
  add(rules.protocols, [](const ProtocolRule&) { return &Summary::protocols; });
  if (each) return result;
  std::set<std::string_view> categories;
  for (std::size_t i = 1; i < rules.applications.size(); ++i) categories.insert(rules.applications[i].category);
  result[0].applications = rules.applications.size() - 1;
  result[0].categories = categories.size();
  return result;
}

void write_rule_counts(JsonText& json, const Summary& summary) {
  json.field("domains", std::uint64_t{summary.domains});
  json.field("patterns", std::uint64_t{summary.patterns});
  json.field("ports", std::uint64_t{summary.ports});
  json.field("addresses", std::uint64_t{summary.addresses});
  json.field("protocols", std::uint64_t{summary.protocols});
}

/// The configuration's files, then those of the command line that are not among them.
std::vector<std::string> user_files(const Settings& settings, const std::vector<std::string>& named) {
  std::vector<std::string> files = settings.catalogue_files;
  for (const std::string& file : named) {
    const bool known = std::any_of(files.begin(), files.end(), [&](const std::string& other) {
      std::error_code unreadable;  // said when it is read
      return other == file || std::filesystem::equivalent(other, file, unreadable);
    });
    if (!known) files.push_back(file);
  }
  return files;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

std::string_view kind_name(CatalogueNote::Kind kind) {
  switch (kind) {
    case CatalogueNote::Kind::kReplaces:
      return "replaces";
    case CatalogueNote::Kind::kAddsNothing:
      return "adds nothing";
    case CatalogueNote::Kind::kRefines:
      return "refines";
    case CatalogueNote::Kind::kStays:
      return "stays";
    case CatalogueNote::Kind::kUnknownProtocol:
      return "unknown protocol";
    case CatalogueNote::Kind::kNoRule:
      return "no rule";
  }
  return "";
}

void write_place(JsonText& json, const CatalogueRules& rules, RulePlace place) {
  json.field("file", rules.files[place.file]);
  json.field("line", std::uint64_t{place.line});
}

std::string json_faults(const std::string& message) {
  JsonText json;
  json.object([&] {
    json.flag("valid", false);
    json.texts("faults", lines_of(message));
  });
  return json.result();
}

std::string json_check(const CatalogueRules& rules, const std::vector<CatalogueNote>& notes) {
  const Summary summary = summaries(rules, false)[0];
  JsonText json;
  json.object([&] {
    json.flag("valid", true);
    json.texts("faults", std::vector<std::string>{});
    json.array("notes", notes, [&](const CatalogueNote& note) {
      json.object([&] {
        write_place(json, rules, note.place);
        json.field("kind", kind_name(note.kind));
        json.field("text", note.text);
      });
    });
    json.field("applications", std::uint64_t{summary.applications});
    json.field("categories", std::uint64_t{summary.categories});
    write_rule_counts(json, summary);
  });
  return json.result();
}

std::string text_check(const CatalogueRules& rules, const std::vector<CatalogueNote>& notes, const TextStyle& style) {
  const Summary summary = summaries(rules, false)[0];
  std::string text;
  for (const CatalogueNote& note : notes)
    text += rules.place_text(note.place) + ": " + inked("note", Ink::kAccent, style) + ": " + note.text + "\n";
  const auto counted = [](std::size_t count, const char* what) { return std::to_string(count) + " " + what; };
  text += "the catalogue is valid: " + counted(summary.applications, "applications in ") +
          counted(summary.categories, "categories; ") + counted(summary.domains, "domains, ") +
          counted(summary.patterns, "patterns, ") + counted(summary.ports, "ports, ") +
          counted(summary.addresses, "address ranges, ") + counted(summary.protocols, "protocols") + "\n";
  return text;
}

int check_files(const CommandLine& line, const std::vector<std::string>& files) {
  const bool json = line.format == OutputFormat::kJson;
  const auto catalogue = load_catalogue(files);
  if (!catalogue.ok()) {
    if (json) write_all(STDOUT_FILENO, json_faults(catalogue.error().message));
    complain(catalogue.error().message);
    return kFailure;
  }
  std::vector<std::string_view> protocols;
  for (const AnalyzerEntry& analyzer : registered_analyzers()) protocols.push_back(analyzer.name);
  const CatalogueRules& rules = catalogue.value().rules();
  // The bundled files may name protocols that another build has.
  const auto notes = review_catalogue(rules, static_cast<std::uint32_t>(bundled_catalogue().size()), protocols);
  const std::string text = json ? json_check(rules, notes) : text_check(rules, notes, text_style(STDOUT_FILENO));
  return write_all(STDOUT_FILENO, text) ? kSuccess : kFailure;
}

std::string_view kind_name(RuleMatch::Kind kind) {
  static constexpr std::string_view kNames[] = {"host", "domain", "pattern", "keyword", "port", "protocol", "address"};
  return kNames[static_cast<std::size_t>(kind)];
}

std::string_view standing_name(RuleMatch::Standing standing) {
  static constexpr std::string_view kNames[] = {"decides", "less specific", "replaced"};
  return kNames[static_cast<std::size_t>(standing)];
}

struct Answer {
  std::string asked;
  std::vector<RuleMatch> matches;  // the first decides, if any does
};

/// "443/tcp", "tcp/443", or "ip/47".
std::optional<PortRule> parse_port(const std::string& text) {
  if (const auto rule = parse_port_rule(text)) return rule;
  const std::size_t slash = text.find('/');
  if (slash == std::string::npos) return std::nullopt;
  return parse_port_rule(text.substr(slash + 1) + "/" + text.substr(0, slash));
}

Result<Answer> answer(const CatalogueExplanation& explanation, const std::string& asked) {
  std::string name = asked;
  lower_case_ascii(name);
  if (const auto port = parse_port(name); port && (port->first == port->last || port->first == 0))
    return Answer{asked, explanation.of_port(port->protocol, port->first)};
  if (const auto address = IpAddress::parse(name)) return Answer{asked, explanation.of_address(*address)};
  if (name.size() > 1 && name.back() == '.') name.pop_back();
  if (const std::string fault = fault_in_name_rule(NameRuleKind::kHost, name); !fault.empty())
    return Error{"'" + asked + "' " + fault + " (nor an address, nor a port such as 443/tcp)"};
  Answer result{asked, explanation.of_name(name)};
  // "ssh" may be meant as a protocol.
  if (result.matches.empty()) result.matches = explanation.of_protocol(name);
  return result;
}

const Application& application_of(const CatalogueRules& rules, const Answer& answer) {
  const bool known = !answer.matches.empty() && answer.matches.front().standing == RuleMatch::Standing::kDecides;
  return rules.applications[known ? answer.matches.front().application : 0];
}

std::string json_answers(const CatalogueRules& rules, const std::vector<Answer>& answers) {
  JsonText json;
  json.object([&] {
    json.array("answers", answers, [&](const Answer& answer) {
      json.object([&] {
        json.field("asked", answer.asked);
        const Application& application = application_of(rules, answer);
        const bool known = &application != rules.applications.data();
        known ? json.field("application", application.name) : json.null("application");
        known ? json.field("category", application.category) : json.null("category");
        json.array("rules", answer.matches, [&](const RuleMatch& match) {
          json.object([&] {
            json.field("standing", standing_name(match.standing));
            json.field("kind", kind_name(match.kind));
            json.field("rule", match.rule);
            json.field("application", rules.applications[match.application].name);
            write_place(json, rules, match.place);
          });
        });
      });
    });
  });
  return json.result();
}

std::string text_answers(const CatalogueRules& rules, const std::vector<Answer>& answers, const TextStyle& style) {
  std::string text;
  for (const Answer& answer : answers) {
    const Application& application = application_of(rules, answer);
    text += inked(printable(answer.asked), Ink::kBold, style) + ": ";
    if (&application == rules.applications.data())
      text += answer.matches.empty() ? "no rule knows it\n" : "unknown\n";
    else
      text += application.name + " (" + application.category + ")\n";
    Table table({{""}, {""}, {""}, {""}, {"", false, Ink::kDim}});
    for (const RuleMatch& match : answer.matches)
      table.add_row({match.rule, std::string(kind_name(match.kind)), rules.applications[match.application].name,
                     std::string(standing_name(match.standing)), rules.place_text(match.place)});
    if (!table.empty()) text += table.text(style);
  }
  return text;
}

int explain(const CommandLine& line, const CatalogueRules& rules) {
  const auto explanation = CatalogueExplanation::make(rules);
  if (!explanation.ok()) {
    complain(explanation.error().message);
    return kFailure;
  }
  std::vector<Answer> answers;
  for (const std::string& asked : line.names) {
    Result<Answer> one = answer(explanation.value(), asked);
    if (!one.ok()) {
      complain(one.error().message);
      return kWrongUsage;
    }
    answers.push_back(std::move(one).value());
  }
  const std::string text = line.format == OutputFormat::kJson ? json_answers(rules, answers)
                                                              : text_answers(rules, answers, text_style(STDOUT_FILENO));
  return write_all(STDOUT_FILENO, text) ? kSuccess : kFailure;
}

std::string list_text(const CommandLine& line, const CatalogueRules& rules) {
  const std::vector<Summary> each = summaries(rules, true);
  std::vector<std::size_t> order;
  for (std::size_t i = 1; i < rules.applications.size(); ++i) order.push_back(i);
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    const Application &x = rules.applications[a], &y = rules.applications[b];
    return std::tie(x.category, x.name) < std::tie(y.category, y.name);
  });
  if (line.format == OutputFormat::kJson) {
    JsonText json;
    json.object([&] {
      json.array("applications", order, [&](std::size_t i) {
        json.object([&] {
          json.field("application", rules.applications[i].name);
          json.field("category", rules.applications[i].category);
          write_rule_counts(json, each[i]);
        });
      });
    });
    return json.result();
  }
  Table table({{"application", false, Ink::kBold},
               {"category"},
               {"domains", true},
               {"patterns", true},
               {"ports", true},
               {"addresses", true},
               {"protocols", true}});
  for (const std::size_t i : order) {
    std::vector<std::string> row{rules.applications[i].name, rules.applications[i].category};
    for (const std::size_t count :
         {each[i].domains, each[i].patterns, each[i].ports, each[i].addresses, each[i].protocols})
      row.push_back(count == 0 ? "" : std::to_string(count));
    table.add_row(std::move(row));
  }
  return table.text(text_style(STDOUT_FILENO));
}

}  // namespace

int catalogue_command(const CommandLine& line) {
  const auto settings = read_settings(line);
  if (!settings.ok()) {
    complain(settings.error().message);
    return kWrongUsage;
  }
  if (line.command == Command::kCatalogueCheck) return check_files(line, user_files(settings.value(), line.files));
  const auto catalogue = load_catalogue(settings.value().catalogue_files);
  if (!catalogue.ok()) {
    complain(catalogue.error().message);
    return kWrongUsage;
  }
  if (line.command == Command::kCatalogueExplain) return explain(line, catalogue.value().rules());
  return write_all(STDOUT_FILENO, list_text(line, catalogue.value().rules())) ? kSuccess : kFailure;
}

}  // namespace netpulse
