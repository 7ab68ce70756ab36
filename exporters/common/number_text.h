#pragma once

#include <charconv>
#include <cstddef>
#include <string>

namespace netpulse {

/// Appends the shortest decimal text that reads back as number; a real one must be finite.
template <class Number>
void append_number(Number number, std::string& out) {
  char text[32];
  const auto end = std::to_chars(text, text + sizeof text, number).ptr;
  out.append(text, static_cast<std::size_t>(end - text));
}

}  // namespace netpulse
