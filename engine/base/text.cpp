#include "engine/base/text.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <vector>

namespace netpulse {
namespace {

/// Bytes of the well-formed UTF-8 sequence at text[at], or 0 (RFC 3629 section 4).
std::size_t utf8_sequence_bytes(std::string_view text, std::size_t at, std::uint32_t& code_point) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[at + i]); };
  const std::uint8_t lead = byte(0);
  const std::size_t length = lead < 0x80 ? 1 : (lead >> 5) == 6 ? 2 : (lead >> 4) == 14 ? 3 : (lead >> 3) == 30 ? 4 : 0;
  if (length == 0 || at + length > text.size()) return 0;
  code_point = length == 1 ? lead : lead & (0x7fU >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
    code_point = code_point << 6 | (byte(i) & 0x3fU);
  }
  static constexpr std::uint32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
  if (code_point < kSmallest[length] || code_point > 0x10ffff || (code_point >= 0xd800 && code_point <= 0xdfff))
    return 0;
  return length;
}

bool safe_to_show(std::uint32_t c) {
  if (c < 0x20 || (c >= 0x7f && c < 0xa0)) return false;
  const bool direction_mark = c == 0x61c || (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
                              (c >= 0x2060 && c <= 0x2069) || c == 0xfeff;
  return !direction_mark;
}

}  // namespace

bool is_printable_ascii(std::string_view raw) noexcept {
  bool other = false;  // without an early end, so that it is done in vectors
  for (const char c : raw) other |= static_cast<std::uint8_t>(c - 0x20) >= 0x7f - 0x20;
  return !other;
}

bool is_plain_json(std::string_view raw) noexcept {
  const auto special = [](auto c) { return (c < 0x20) | (c >= 0x7f) | (c == '"') | (c == '\\'); };
  using Lanes [[gnu::vector_size(16)]] = std::uint8_t;
  if (raw.size() < sizeof(Lanes)) {
    bool found = false;
    for (const char c : raw) found |= special(static_cast<std::uint8_t>(c)) != 0;
    return !found;
  }
  decltype(special(Lanes{})) found{};
  const auto look = [&](std::size_t at) {
    Lanes lanes;
    std::memcpy(&lanes, raw.data() + at, sizeof lanes);
    found |= special(lanes);
  };
  // The last ones overlap those before: no bytes are left to be looked at one by one.
  for (std::size_t at = 0; at + sizeof(Lanes) < raw.size(); at += sizeof(Lanes)) look(at);
  look(raw.size() - sizeof(Lanes));
  std::uint64_t halves[2];
  std::memcpy(halves, &found, sizeof halves);
  return (halves[0] | halves[1]) == 0;
}

std::string printable(std::string_view raw) {
  static constexpr char kHex[] = "0123456789abcdef";
  if (is_printable_ascii(raw)) return std::string(raw);
  std::string shown;
  shown.reserve(raw.size());
  for (std::size_t i = 0; i < raw.size();) {
    std::uint32_t code_point = 0;
    const std::size_t length = utf8_sequence_bytes(raw, i, code_point);
    if (length != 0 && safe_to_show(code_point)) {
      shown.append(raw, i, length);
      i += length;
      continue;
    }
    for (std::size_t k = 0; k < std::max<std::size_t>(length, 1); ++k, ++i) {
      const auto byte = static_cast<std::uint8_t>(raw[i]);
      shown += {'\\', 'x', kHex[byte >> 4], kHex[byte & 15]};
    }
  }
  return shown;
}

void lower_case_ascii(std::string& text) noexcept {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
}

std::string_view nearest(std::string_view typed, const std::string_view* candidates, std::size_t count) {
  std::string_view best;
  std::size_t best_edits = typed.size() / 2 + 1;
  std::vector<std::size_t> row;
  for (std::size_t c = 0; c < count; ++c) {
    const std::string_view word = candidates[c];
    row.resize(word.size() + 1);
    for (std::size_t j = 0; j <= word.size(); ++j) row[j] = j;
    for (std::size_t i = 1; i <= typed.size(); ++i) {
      std::size_t diagonal = row[0];
      row[0] = i;
      for (std::size_t j = 1; j <= word.size(); ++j) {
        const std::size_t substituted = diagonal + (typed[i - 1] == word[j - 1] ? 0 : 1);
        diagonal = row[j];
        row[j] = std::min({substituted, row[j] + 1, row[j - 1] + 1});
      }
    }
    if (row.back() < best_edits) {
      best_edits = row.back();
      best = word;
    }
  }
  return best;
}

}  // namespace netpulse
