#include "plugins/common/http_text.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace netpulse {
namespace {

constexpr std::size_t kMethodBytesMax = 32, kHostBytesMax = 255;
constexpr std::size_t kStatusDigits = 3;
/// A request line longer than this is not waited for.
constexpr std::size_t kStartLineBytesMax = 8192;

/// tchar of RFC 9110 section 5.6.2.
constexpr std::array<bool, 256> kIsToken = [] {
  std::array<bool, 256> is{};
  for (unsigned c = '0'; c <= '9'; ++c) is[c] = true;
  for (unsigned c = 'A'; c <= 'Z'; ++c) is[c] = is[c + ('a' - 'A')] = true;
  for (const char c : {'!', '#', '$', '%', '&', '\'', '*', '+', '-', '.', '^', '_', '`', '|', '~'})
    is[static_cast<unsigned char>(c)] = true;
  return is;
}();

constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
constexpr bool is_control(char c) noexcept { return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f; }
constexpr char to_lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

/// Upper case: methods are (RFC 9110 section 9.1), and words that begin a line of prose are not.
constexpr std::array<bool, 256> kIsOfMethod = [] {
  std::array<bool, 256> is = kIsToken;
  for (unsigned c = 'a'; c <= 'z'; ++c) is[c] = false;
  return is;
}();

/// Bytes of the method that line begins with, up to a space or the line's end; 0: it does not.
std::size_t method_bytes(std::string_view line) noexcept {
  std::size_t bytes = 0;
  for (; bytes < line.size() && line[bytes] != ' '; ++bytes)
    if (bytes == kMethodBytesMax || !kIsOfMethod[static_cast<unsigned char>(line[bytes])]) return 0;
  return bytes;
}

}  // namespace

bool split_field_line(std::string_view line, FieldLine& field) noexcept {
  if (line.empty() || is_http_space(line.front())) return false;  // a space in front: a continued line
  const void* colon = std::memchr(line.data(), ':', line.size());
  if (colon == nullptr || colon == line.data()) return false;
  const auto at = static_cast<std::size_t>(static_cast<const char*>(colon) - line.data());
  std::string_view name = line.substr(0, at);
  // Spaces before the colon are forbidden, yet seen.
  while (is_http_space(name.back())) name.remove_suffix(1);
  field.name = name;
  field.value = trim_spaces(line.substr(at + 1));
  return true;
}

bool split_request_line(std::string_view line, std::string_view protocol, RequestLine& request) noexcept {
  const std::size_t space = method_bytes(line);
  if (space == 0 || space == line.size()) return false;
  if (line.size() < space + 1 + 1 + 1 + protocol.size() + 1) return false;
  const std::string_view version = line.substr(line.size() - protocol.size() - 1);
  if (!version.starts_with(protocol) || !is_digit(version.back())) return false;
  std::string_view target = line.substr(space + 1, line.size() - space - 1 - version.size());
  if (target.back() != ' ') return false;
  target = trim_spaces(target);
  if (target.empty()) return false;
  request = {line.substr(0, space), target};
  return true;
}

std::uint16_t status_of_line(std::string_view line, std::string_view protocol) noexcept {
  if (!line.starts_with(protocol)) return 0;
  line.remove_prefix(protocol.size());
  if (line.size() < 2 + kStatusDigits || !is_digit(line[0]) || line[1] != ' ') return 0;
  line = trim_spaces(line.substr(2));
  if (line.size() < kStatusDigits || (line.size() > kStatusDigits && line[kStatusDigits] != ' ')) return 0;
  std::uint16_t status = 0;
  for (const char c : line.substr(0, kStatusDigits)) {
    if (!is_digit(c)) return 0;
    status = static_cast<std::uint16_t>(status * 10 + (c - '0'));
  }
  return status >= 100 && status < 600 ? status : std::uint16_t{0};
}

std::uint16_t first_status(std::string_view text, std::string_view protocol) noexcept {
  return status_of_line(text.substr(0, text.find_first_of("\r\n")), protocol);
}

StartLine start_line_of(std::string_view text, std::string_view protocol, bool cut) noexcept {
  while (!text.empty() && (text.front() == '\r' || text.front() == '\n')) text.remove_prefix(1);
  if (text.empty()) return StartLine::kNeedMore;
  LineReader reader(text);
  std::string_view line;
  const bool whole = reader.next(line);
  if (!whole) line = text;
  const std::size_t compared = std::min(line.size(), protocol.size());
  if (line.substr(0, compared) == protocol.substr(0, compared)) {
    constexpr std::size_t kEnoughBytes = 1 + 1 + kStatusDigits;
    if (whole || line.size() > protocol.size() + kEnoughBytes)
      return status_of_line(line, protocol) != 0 ? StartLine::kResponse : StartLine::kNeither;
    return StartLine::kNeedMore;
  }
  if (method_bytes(line) == 0) return StartLine::kNeither;
  RequestLine request;
  if (whole) return split_request_line(line, protocol, request) ? StartLine::kRequest : StartLine::kNeither;
  if (line.size() > kStartLineBytesMax || std::any_of(line.begin(), line.end() - 1, is_control))
    return StartLine::kNeither;
  const std::size_t space = line.find(' ');
  if (space == std::string_view::npos || space + 1 == line.size()) return StartLine::kNeedMore;
  const bool plausible =
      line[space + 1] == '/' || line[space + 1] == '*' || authority_of_uri(line.substr(space + 1)).data() != nullptr;
  if (cut) return plausible && space >= 3 ? StartLine::kRequest : StartLine::kNeither;
  return StartLine::kNeedMore;
}

Upgrade upgrade_of_head(std::string_view text) noexcept {
  Upgrade found = Upgrade::kOther;
  LineReader reader(text);
  std::string_view line;
  while (reader.next(line)) {
    if (line.empty()) return found;
    std::string_view value;
    if (!has_field_name(line, "upgrade", value)) continue;
    if (list_has_token(value, "websocket")) found = Upgrade::kWebSocket;
    if (list_has_token(value, "h2c")) found = Upgrade::kH2c;
  }
  return Upgrade::kNeedMore;
}

bool equals_ignoring_case(std::string_view text, std::string_view lower) noexcept {
  if (text.size() != lower.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i)
    if (to_lower(text[i]) != lower[i]) return false;
  return true;
}

bool list_has_token(std::string_view list, std::string_view lower) noexcept {
  while (!list.empty()) {
    const std::size_t comma = list.find(',');
    std::string_view token = list.substr(0, comma);
    list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
    token = trim_spaces(token.substr(0, token.find_first_of(";/")));
    if (equals_ignoring_case(token, lower)) return true;
  }
  return false;
}

std::string_view host_of_authority(std::string_view authority) noexcept {
  if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos) authority.remove_prefix(at + 1);
  if (authority.starts_with('[')) {
    const std::size_t end = authority.find(']');
    return end == std::string_view::npos ? std::string_view{} : authority.substr(1, end - 1);
  }
  return authority.substr(0, authority.find(':'));
}

std::string_view authority_of_uri(std::string_view target) noexcept {
  // Most targets are a path, which may be long.
  if (target.empty() || !kIsToken[static_cast<unsigned char>(target.front())]) return {};
  const std::size_t scheme = target.find("://");
  if (scheme == std::string_view::npos) return {};
  for (const char c : target.substr(0, scheme))
    if (!kIsToken[static_cast<unsigned char>(c)]) return {};
  target.remove_prefix(scheme + 3);
  return target.substr(0, target.find_first_of("/?#"));
}

bool is_host_name(std::string_view host) noexcept {
  if (host.empty() || host.size() > kHostBytesMax) return false;
  bool only_digits = true;
  for (const char c : host) {
    if (c == ' ' || is_control(c) || c == '\t' || c == ':') return false;  // a colon: an IPv6 literal
    only_digits = only_digits && (is_digit(c) || c == '.');
  }
  return !only_digits;
}

}  // namespace netpulse
