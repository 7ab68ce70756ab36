#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace netpulse {

/// Takes lines from text that ends in CR LF or a bare LF (RFC 9112 section 2.2), one after the other.
class LineReader {
 public:
  explicit LineReader(std::string_view text) noexcept : text_(text) {}

  /// The next whole line without its end; false if there is none.
  bool next(std::string_view& line) noexcept {
    if (position_ == text_.size()) return false;
    const char* const begin = text_.data() + position_;
    const void* const end = std::memchr(begin, '\n', text_.size() - position_);
    if (end == nullptr) return false;
    auto size = static_cast<std::size_t>(static_cast<const char*>(end) - begin);
    position_ += size + 1;
    if (size > 0 && begin[size - 1] == '\r') --size;
    line = {begin, size};
    return true;
  }
  /// Up to and with the end of the last line taken.
  std::size_t consumed() const noexcept { return position_; }
  std::string_view rest() const noexcept { return text_.substr(position_); }

 private:
  std::string_view text_;
  std::size_t position_ = 0;
};

/// A field line (RFC 9112 section 5): what is before the colon, and the value without the spaces around it.
struct FieldLine {
  std::string_view name, value;
};
/// False if line is none, as are continued ones (obs-fold).
bool split_field_line(std::string_view line, FieldLine& field) noexcept;

constexpr bool is_http_space(char c) noexcept { return c == ' ' || c == '\t'; }
constexpr std::string_view trim_spaces(std::string_view text) noexcept {
  while (!text.empty() && is_http_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_http_space(text.back())) text.remove_suffix(1);
  return text;
}

/// True if line is a field line of this name in any case, which has then this value: what split_field_line() and
/// equals_ignoring_case() say together, without a search for the colon in lines of other names. lower: letters in lower
/// case, and '-'; the first one is a letter.
constexpr bool has_field_name(std::string_view line, std::string_view lower, std::string_view& value) noexcept {
  constexpr char kCaseBit = 0x20;
  if (line.size() <= lower.size()) return false;
  for (std::size_t i = 0; i < lower.size(); ++i) {
    // Only a letter becomes a lower-case letter by this bit.
    const char c = lower[i] == '-' ? line[i] : static_cast<char>(line[i] | kCaseBit);
    if (c != lower[i]) return false;
  }
  line.remove_prefix(lower.size());
  while (!line.empty() && is_http_space(line.front())) line.remove_prefix(1);
  if (line.empty() || line.front() != ':') return false;
  value = trim_spaces(line.substr(1));
  return true;
}

/// A request line of HTTP/1 and its relatives (RFC 9112 section 3; RTSP, SIP).
struct RequestLine {
  std::string_view method, target;
};
/// protocol: "HTTP/1." and the like; a single digit has to follow. Method: 1 to 32 token characters, none of
/// lower case; target: not judged.
bool split_request_line(std::string_view line, std::string_view protocol, RequestLine& request) noexcept;
/// The status code of a status line, 100 to 599; 0 if line is none. The reason phrase may be missing, with its space.
std::uint16_t status_of_line(std::string_view line, std::string_view protocol) noexcept;

/// The same of the first line of text, which need not be whole.
std::uint16_t first_status(std::string_view text, std::string_view protocol) noexcept;

/// What the first bytes of a direction can be.
enum class StartLine : std::uint8_t { kRequest, kResponse, kNeither, kNeedMore };
/// Judges the first line of text, empty lines before it passed over; kNeedMore while it is not whole and could still be
/// one. cut: the rest of the line was not captured, so that its beginning has to do.
StartLine start_line_of(std::string_view text, std::string_view protocol, bool cut) noexcept;

/// Where a head that begins with status 101 leads (RFC 9110 section 7.8).
enum class Upgrade : std::uint8_t { kWebSocket, kH2c, kOther, kNeedMore };
/// text: from the status line on, which is not judged here. kNeedMore until the head is whole.
Upgrade upgrade_of_head(std::string_view text) noexcept;

/// ASCII letters compared without case (RFC 9110 section 5.1). lower: in lower case.
bool equals_ignoring_case(std::string_view text, std::string_view lower) noexcept;
/// True if list, separated by commas, has lower as one of its tokens; parameters behind ';' and versions behind '/' are
/// passed over.
bool list_has_token(std::string_view list, std::string_view lower) noexcept;

/// The host of an authority (RFC 3986 section 3.2): without user information, port and brackets.
std::string_view host_of_authority(std::string_view authority) noexcept;
/// The authority of an absolute URI: what is between "//" and the path. Empty if target is none.
std::string_view authority_of_uri(std::string_view target) noexcept;
/// True for what can name a server: no IP literal, 1 to 255 bytes, no spaces or controls.
bool is_host_name(std::string_view host) noexcept;

}  // namespace netpulse
