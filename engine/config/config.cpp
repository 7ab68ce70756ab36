#include "engine/config/config.h"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "engine/base/text.h"
#include "engine/config/toml_document.h"

namespace netpulse {
namespace {

constexpr std::string_view kEnvironmentPrefix = "NETPULSE_";

std::string join(std::string_view section, std::string_view key) {
  if (section.empty()) return std::string(key);
  if (key.empty()) return std::string(section);
  return std::string(section) + "." + std::string(key);
}

std::string environment_name(std::string_view dotted_key) {
  std::string name(kEnvironmentPrefix);
  for (const char c : dotted_key)
    name += c == '.' || c == '-' ? '_' : c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return name;
}

/// A key as a path shows it; one with a dot or a space in it stays quoted, so that it never equals a dotted path.
std::string shown_key(std::string_view key) {
  const bool bare = !key.empty() && std::all_of(key.begin(), key.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
  return bare ? std::string(key) : "\"" + printable(key.substr(0, 60)) + "\"";
}

/// Kubernetes describes the services of a namespace in each container's environment; one that is named netpulse-http
/// gives NETPULSE_HTTP_SERVICE_HOST, NETPULSE_HTTP_PORT=tcp://... and more. They are not meant for us.
bool is_service_link(std::string_view name, std::string_view value) {
  return name.find("_SERVICE_HOST") != name.npos || name.find("_SERVICE_PORT") != name.npos ||
         (name.find("_PORT") != name.npos && (value.starts_with("tcp://") || value.starts_with("udp://"))) ||
         name.find("_TCP_") != name.npos || name.find("_UDP_") != name.npos;
}

/// Names of the variables that begin with NETPULSE_ and may be meant for us.
std::vector<std::string> our_environment() {
  std::vector<std::string> names;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view assignment = *entry;
    const std::size_t equals = assignment.find('=');
    if (equals == assignment.npos || !assignment.starts_with(kEnvironmentPrefix)) continue;
    const std::string_view name = assignment.substr(0, equals);
    if (!is_service_link(name, assignment.substr(equals + 1))) names.emplace_back(name);
  }
  return names;
}

std::vector<std::string> split_list(std::string_view text) {
  std::vector<std::string> items;
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    std::string_view item = text.substr(0, comma);
    text.remove_prefix(std::min(comma + 1, text.size()));
    while (!item.empty() && item.front() == ' ') item.remove_prefix(1);
    while (!item.empty() && item.back() == ' ') item.remove_suffix(1);
    if (!item.empty()) items.emplace_back(item);
  }
  return items;
}

std::string whole_number_range(std::int64_t min, std::int64_t max) {
  return "whole number between " + std::to_string(min) + " and " + std::to_string(max);
}

std::string shown_number(double value) {
  std::string text = toml_value_text(toml::value<double>(value));
  if (text.ends_with(".0")) text.resize(text.size() - 2);
  return text;
}

/// Where a key's value comes from, by precedence: command line, environment, file.
struct Found {
  std::string place;                 // begins each message: "FILE:LINE: section.key = value"
  const toml::node* node = nullptr;  // in the file
  std::optional<std::string> typed;  // by the command line or the environment
  toml::table holder;                // of a typed value that was parsed as TOML

  bool present() const { return node != nullptr || typed.has_value(); }
};

}  // namespace

struct Config::Implementation {
  struct Message {
    std::size_t line;  // 0: no line of the file
    std::string text;
  };

  std::string name;
  toml::table root;
  std::map<std::string, std::string> overrides;
  std::set<std::string> keys, sections;  // that somebody asked for
  std::vector<Message> messages;

  void know_section(std::string_view section) {
    while (!section.empty() && sections.emplace(section).second) {
      const std::size_t dot = section.rfind('.');
      section = dot == section.npos ? std::string_view() : section.substr(0, dot);
    }
  }

  void record(std::size_t line, std::string text) {
    const bool known = std::any_of(messages.begin(), messages.end(), [&](const Message& m) { return m.text == text; });
    if (!known) messages.push_back({line, std::move(text)});
  }

  void refuse(const Found& found, const std::string& reason) {
    record(found.node != nullptr ? found.node->source().begin.line : 0, found.place + ": " + reason);
  }

  const toml::node* node_at(std::string_view section, std::string_view key) const {
    const toml::table* table = &root;
    while (!section.empty()) {
      const std::size_t dot = std::min(section.find('.'), section.size());
      const toml::node* node = table->get(section.substr(0, dot));
      if (node == nullptr || !node->is_table()) return nullptr;
      table = node->as_table();
      section.remove_prefix(std::min(dot + 1, section.size()));
    }
    return key.empty() ? table : table->get(key);
  }

  Found locate(std::string_view section, std::string_view key) const {
    Found found;
    const std::string path = join(section, key), variable = environment_name(path);
    if (const auto it = overrides.find(path); it != overrides.end()) {
      found.typed = it->second;
      found.place = "command line: " + path + " = " + printable(it->second);
    } else if (const char* value = std::getenv(variable.c_str()); value != nullptr) {
      found.typed = value;
      found.place = "environment: " + variable + " = " + printable(value);
    } else if (const toml::node* node = node_at(section, key); node != nullptr) {
      found.node = node;
      found.place = toml_place(name, *node) + ": " + path + " = " + toml_value_text(*node);
    }
    return found;
  }

  Found ask(std::string_view section, std::string_view key) {
    know_section(section);
    keys.insert(join(section, key));
    return locate(section, key);
  }

  /// The value as a TOML node whoever gave it; null if it is absent or was typed in another than TOML's syntax.
  static const toml::node* as_node(Found& found, bool list) {
    if (!found.typed) return found.node;
    std::string text = *found.typed;
    if (text.find('\n') != text.npos) return nullptr;
    if (list && !text.starts_with('[')) text = "[" + text + "]";
    Result<toml::table> parsed = parse_toml("value = " + text, "");
    if (!parsed) return nullptr;
    found.holder = std::move(parsed).value();
    return found.holder.get("value");
  }

  std::string nearest_key(const std::string& path) const {
    const std::size_t dot = path.rfind('.');
    const std::string section = dot == path.npos ? "" : path.substr(0, dot);
    const std::string leaf = dot == path.npos ? path : path.substr(dot + 1);
    std::vector<std::string_view> siblings, all;
    for (const std::string& key : keys) {
      const std::string prefix = section.empty() ? "" : section + ".";
      if (key.starts_with(prefix) && key.find('.', prefix.size()) == key.npos)
        siblings.push_back(std::string_view(key).substr(prefix.size()));
      all.push_back(key);
    }
    if (const auto near = nearest(leaf, siblings.data(), siblings.size()); !near.empty()) return join(section, near);
    for (const std::string_view key : all)
      if (key.ends_with("." + leaf)) return std::string(key);
    return std::string(nearest(path, all.data(), all.size()));
  }

  std::string nearest_section(const std::string& path) const {
    const std::vector<std::string_view> all(sections.begin(), sections.end());
    return std::string(nearest(path, all.data(), all.size()));
  }

  static std::string hint(const std::string& near) { return near.empty() ? "" : "; did you mean '" + near + "'?"; }

  void check_table(const toml::table& table, const std::string& parent) {
    for (const auto& [key, node] : table) {
      const std::string path = join(parent, shown_key(key.str()));
      const std::size_t line = key.source().begin.line;
      const std::string place = printable(name) + ":" + std::to_string(line) + ": ";
      if (keys.contains(path)) continue;
      if (sections.contains(path)) {
        if (node.is_table())
          check_table(*node.as_table(), path);
        else
          record(line, place + "'" + path + "' is a section and has no value of its own: write [" + path + "]");
      } else if (node.is_table() || node.is_array_of_tables()) {
        record(line, place + "section '" + path + "' is unknown" + hint(nearest_section(path)));
      } else {
        record(line, place + "key '" + path + "' is unknown" + hint(nearest_key(path)));
      }
    }
  }

  void check_environment() {
    std::map<std::string, std::string> known;  // variable -> key
    std::vector<std::string_view> names;
    for (const std::string& key : keys) known.emplace(environment_name(key), key);
    for (const auto& [variable, key] : known) names.push_back(variable);
    for (const std::string& variable : our_environment()) {
      if (known.contains(variable)) continue;
      const bool ours = std::any_of(sections.begin(), sections.end(), [&](const std::string& section) {
        return variable.starts_with(environment_name(section) + "_");
      });
      if (!ours) continue;  // NETPULSE_ and no section: somebody else's, a service manager's or a test's
      record(0, "environment: " + printable(variable) + " names no known key" +
                    hint(std::string(nearest(variable, names.data(), names.size()))));
    }
  }
};

Config::Config() : implementation_(std::make_unique<Implementation>()) {}
Config::Config(Config&&) noexcept = default;
Config& Config::operator=(Config&&) noexcept = default;
Config::~Config() = default;

Result<Config> Config::from_file(const std::string& path) {
  const Result<std::string> text = read_toml_file(path);
  if (!text) return text.error();
  return from_text(text.value(), path);
}

Result<Config> Config::from_text(std::string_view toml, const std::string& name_for_messages) {
  Result<toml::table> root = parse_toml(toml, name_for_messages);
  if (!root) return root.error();
  Config config;
  config.implementation_->name = name_for_messages;
  config.implementation_->root = std::move(root).value();
  return config;
}

void Config::set_override(const std::string& dotted_key, const std::string& value) {
  implementation_->overrides[dotted_key] = value;
}

bool Config::has_section(std::string_view section) const {
  Implementation& self = *implementation_;
  self.know_section(section);
  const toml::node* node = self.node_at(section, "");
  if (node != nullptr) return true;
  for (const auto& [key, value] : self.overrides)
    if (key.starts_with(std::string(section) + ".")) return true;
  const std::string prefix = environment_name(section) + "_";
  const std::vector<std::string> variables = our_environment();
  return std::any_of(variables.begin(), variables.end(),
                     [&](const std::string& variable) { return variable.starts_with(prefix); });
}

std::int64_t Config::integer(std::string_view section, std::string_view key, std::int64_t fallback, std::int64_t min,
                             std::int64_t max) {
  Found found = implementation_->ask(section, key);
  if (!found.present()) return fallback;
  const toml::node* node = Implementation::as_node(found, false);
  if (node != nullptr && node->is_integer()) {
    const std::int64_t value = node->as_integer()->get();
    if (value >= min && value <= max) return value;
  }
  implementation_->refuse(found, "must be a " + whole_number_range(min, max));
  return fallback;
}

double Config::number(std::string_view section, std::string_view key, double fallback, double min, double max) {
  Found found = implementation_->ask(section, key);
  if (!found.present()) return fallback;
  const toml::node* node = Implementation::as_node(found, false);
  if (node != nullptr && node->is_number()) {
    const double value = node->value<double>().value_or(std::nan(""));
    if (value >= min && value <= max) return value;  // false for NaN
  }
  implementation_->refuse(found, "must be a number between " + shown_number(min) + " and " + shown_number(max));
  return fallback;
}

bool Config::boolean(std::string_view section, std::string_view key, bool fallback) {
  Found found = implementation_->ask(section, key);
  if (!found.present()) return fallback;
  const toml::node* node = Implementation::as_node(found, false);
  if (node != nullptr && node->is_boolean()) return node->as_boolean()->get();
  implementation_->refuse(found, "must be true or false");
  return fallback;
}

std::string Config::text(std::string_view section, std::string_view key, std::string_view fallback) {
  const Found found = implementation_->ask(section, key);
  if (found.typed) return *found.typed;
  if (found.node == nullptr) return std::string(fallback);
  if (found.node->is_string()) return found.node->as_string()->get();
  implementation_->refuse(found, "must be text in quotes");
  return std::string(fallback);
}

std::string Config::choice(std::string_view section, std::string_view key, std::string_view fallback,
                           const std::vector<std::string_view>& choices) {
  const Found found = implementation_->ask(section, key);
  if (!found.present()) return std::string(fallback);
  std::optional<std::string> value = found.typed;
  if (found.node != nullptr && found.node->is_string()) value = found.node->as_string()->get();
  if (value && std::find(choices.begin(), choices.end(), *value) != choices.end()) return *value;
  std::string allowed;
  for (const std::string_view one : choices) allowed += (allowed.empty() ? "\"" : ", \"") + std::string(one) + "\"";
  const std::string_view near = value ? nearest(*value, choices.data(), choices.size()) : std::string_view();
  implementation_->refuse(found, "must be one of " + allowed + Implementation::hint(std::string(near)));
  return std::string(fallback);
}

std::vector<std::string> Config::texts(std::string_view section, std::string_view key,
                                       std::vector<std::string> fallback) {
  Found found = implementation_->ask(section, key);
  if (!found.present()) return fallback;
  if (found.typed && !found.typed->starts_with('[')) return split_list(*found.typed);
  const toml::node* node = Implementation::as_node(found, true);
  if (node != nullptr && node->is_array() && (node->as_array()->empty() || node->is_homogeneous<std::string>())) {
    std::vector<std::string> values;
    for (const toml::node& item : *node->as_array()) values.push_back(item.as_string()->get());
    return values;
  }
  implementation_->refuse(found, "must be a list of texts in quotes: [\"one\", \"two\"]");
  return fallback;
}

std::vector<std::int64_t> Config::integers(std::string_view section, std::string_view key,
                                           std::vector<std::int64_t> fallback, std::int64_t min, std::int64_t max) {
  Found found = implementation_->ask(section, key);
  if (!found.present()) return fallback;
  const toml::node* node = Implementation::as_node(found, true);
  if (node != nullptr && node->is_array()) {
    std::vector<std::int64_t> values;
    bool good = true;
    for (const toml::node& item : *node->as_array()) {
      const auto* value = item.as_integer();
      good = good && value != nullptr && value->get() >= min && value->get() <= max;
      if (good) values.push_back(value->get());
    }
    if (good) return values;
  }
  implementation_->refuse(found, "must be a list, each a " + whole_number_range(min, max) + ": [1, 2]");
  return fallback;
}

std::vector<std::string> Config::keys_read() const {
  return {implementation_->keys.begin(), implementation_->keys.end()};
}

void Config::complain(std::string_view section, std::string_view key, const std::string& message) {
  Found found = implementation_->locate(section, key);
  if (!found.present()) found.place = join(section, key);
  implementation_->refuse(found, message);
}

Result<void> Config::finish() {
  Implementation& self = *implementation_;
  self.check_table(self.root, "");
  for (const auto& [key, value] : self.overrides)
    if (!self.keys.contains(key))
      self.record(
          0, "command line: key '" + printable(key) + "' is unknown" + Implementation::hint(self.nearest_key(key)));
  self.check_environment();
  if (self.messages.empty()) return {};
  std::stable_sort(self.messages.begin(), self.messages.end(),
                   [](const auto& a, const auto& b) { return a.line < b.line; });
  std::string all;
  for (const auto& message : self.messages) all += (all.empty() ? "" : "\n") + message.text;
  return Error{all};
}

}  // namespace netpulse
