#include "engine/config/toml_document.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <sstream>

#include "engine/base/text.h"
#include "engine/config/toml_shape.h"

namespace netpulse {
namespace {

constexpr std::size_t kShownBytesMax = 60;

Error located(const std::string& name, std::size_t line, std::size_t column, std::string_view reason) {
  return {printable(name) + ":" + std::to_string(line) + ":" + std::to_string(column) + ": " + printable(reason)};
}

}  // namespace

Result<std::string> read_toml_file(const std::string& path) {
  const auto failed = [&](const char* reason) { return Error{printable(path) + ": cannot be read: " + reason}; };
  const auto close = [](std::FILE* file) { std::fclose(file); };
  const std::unique_ptr<std::FILE, decltype(close)> file(std::fopen(path.c_str(), "rb"), close);
  if (!file) return failed(std::strerror(errno));
  std::string text(kTomlBytesMax + 1, '\0');
  text.resize(std::fread(text.data(), 1, text.size(), file.get()));
  if (std::ferror(file.get())) return failed(std::strerror(errno));
  if (text.size() > kTomlBytesMax)
    return Error{printable(path) + ": is larger than " + std::to_string(kTomlBytesMax) + " bytes"};
  text.shrink_to_fit();
  return text;
}

Result<toml::table> parse_toml(std::string_view text, const std::string& name) {
  if (text.size() > kTomlBytesMax)
    return Error{printable(name) + ": is larger than " + std::to_string(kTomlBytesMax) + " bytes"};
  if (const std::size_t line = first_line_too_deep(text, kTomlKeyPartsMax, kTomlNestingMax); line != 0)
    return located(name, line, 1,
                   "nested too deeply: a key has at most " + std::to_string(kTomlKeyPartsMax) +
                       " parts, brackets at most " + std::to_string(kTomlNestingMax) + " levels");
  try {
    return toml::parse(text, std::string_view(name));
  } catch (const toml::parse_error& error) {
    return located(name, error.source().begin.line, error.source().begin.column, error.description());
  }
}

std::string toml_place(const std::string& name, const toml::node& node) {
  return printable(name) + ":" + std::to_string(node.source().begin.line);
}

std::string toml_value_text(const toml::node& node) {
  if (node.is_table()) return "{...}";
  if (node.is_array() && node.as_array()->size() > 8) return "[...]";
  std::ostringstream out;
  node.visit([&](const auto& concrete) { out << concrete; });
  std::string shown = out.str();
  if (shown.size() > kShownBytesMax) shown = shown.substr(0, kShownBytesMax) + "...";
  return printable(shown);
}

}  // namespace netpulse
