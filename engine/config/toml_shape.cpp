#include "engine/config/toml_shape.h"

#include <algorithm>

namespace netpulse {
namespace {

/// The offset behind the string that opens at text[at].
std::size_t behind_string(std::string_view text, std::size_t at) noexcept {
  const char quote = text[at];
  const bool escapes = quote == '"';
  const bool multi_line = text.substr(at, 3) == (escapes ? "\"\"\"" : "'''");
  for (at += multi_line ? 3 : 1; at < text.size(); ++at) {
    if (escapes && text[at] == '\\') {
      ++at;
    } else if (!multi_line) {
      if (text[at] == '\n') return at;  // not a string after all: the parser will say so
      if (text[at] == quote) return at + 1;
    } else if (text[at] == quote && text.substr(at, 3) == std::string_view(escapes ? "\"\"\"" : "'''")) {
      at += 3;
      // Up to two quotes may stand directly before the closing three.
      for (int extra = 0; extra < 2 && at < text.size() && text[at] == quote; ++extra) ++at;
      return at;
    }
  }
  return text.size();
}

}  // namespace

std::size_t first_line_too_deep(std::string_view text, int key_parts_max, int nesting_max) noexcept {
  std::size_t line = 1;
  int parts = 1, nesting = 0;
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    if (c == '"' || c == '\'') {
      const std::size_t end = std::min(behind_string(text, at), text.size());
      line += static_cast<std::size_t>(std::count(text.begin() + static_cast<std::ptrdiff_t>(at),
                                                  text.begin() + static_cast<std::ptrdiff_t>(end), '\n'));
      at = end;
      continue;
    }
    if (c == '#') {
      at = std::min(text.find('\n', at), text.size());
      continue;
    }
    if (c == '.') {
      if (++parts > key_parts_max) return line;
    } else if (c == '=' || c == ',' || c == '\n' || c == '[' || c == ']' || c == '{' || c == '}') {
      parts = 1;
      if (c == '\n') ++line;
      if ((c == '[' || c == '{') && ++nesting > nesting_max) return line;
      if (c == ']' || c == '}') nesting = std::max(nesting - 1, 0);
    }
    ++at;
  }
  return 0;
}

}  // namespace netpulse
