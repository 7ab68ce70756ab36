#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "engine/base/bytes.h"

namespace netpulse {

/// A longer line is not waited for. RFC 5321 has 512 and 1000, RFC 9051 8192 for commands.
inline constexpr std::size_t kTextLineBytesMax = 8192;

/// Takes the next line out of rest, without its CRLF or LF. False: there is no whole one.
inline bool take_line(Bytes& rest, std::string_view& line) noexcept {
  const auto end = std::find(rest.begin(), rest.end(), std::uint8_t{'\n'});
  if (end == rest.end()) return false;
  const auto size = static_cast<std::size_t>(end - rest.begin());
  line = as_text(rest.first(size));
  if (line.ends_with('\r')) line.remove_suffix(1);
  rest = rest.subspan(size + 1);
  return true;
}

constexpr char ascii_upper(char c) noexcept { return c >= 'a' && c <= 'z' ? static_cast<char>(c - ('a' - 'A')) : c; }

/// True if text begins with prefix, whose letters are upper case, in any case.
constexpr bool begins_with(std::string_view text, std::string_view prefix) noexcept {
  if (text.size() < prefix.size()) return false;
  for (std::size_t i = 0; i < prefix.size(); ++i)
    if (ascii_upper(text[i]) != prefix[i]) return false;
  return true;
}
/// begins_with, and the word ends there.
constexpr bool begins_with_word(std::string_view text, std::string_view word) noexcept {
  return begins_with(text, word) && (text.size() == word.size() || text[word.size()] == ' ');
}
/// True if word, whose letters are upper case, is somewhere in text, in any case.
constexpr bool contains(std::string_view text, std::string_view word) noexcept {
  for (std::size_t i = 0; i + word.size() <= text.size(); ++i)
    if (begins_with(text.substr(i), word)) return true;
  return false;
}
/// Whether a line, or the beginning of one, begins with a word.
enum class Start : std::uint8_t { kNo, kTooShort, kYes };
constexpr Start starts_with(std::string_view line, bool whole, std::string_view word) noexcept {
  if (line.size() >= word.size()) return begins_with(line, word) ? Start::kYes : Start::kNo;
  return !whole && begins_with(line, word.substr(0, line.size())) ? Start::kTooShort : Start::kNo;
}
/// The best of several words.
template <class Words>
constexpr Start starts_with_any(std::string_view line, bool whole, const Words& words) noexcept {
  Start best = Start::kNo;
  for (const std::string_view word : words) best = std::max(best, starts_with(line, whole, word));
  return best;
}
/// The first line of a stream, or what there is of it; either without its CR.
inline std::string_view first_line(Bytes stream, bool& whole) noexcept {
  Bytes rest = stream;
  std::string_view line;
  whole = take_line(rest, line);
  if (whole) return line;
  line = as_text(stream);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}
/// A name, number or text of visible ASCII with spaces.
constexpr bool is_printable(std::string_view text) noexcept {
  return std::all_of(text.begin(), text.end(), [](char c) { return (c >= ' ' && c < 0x7f) || c == '\t'; });
}

}  // namespace netpulse
