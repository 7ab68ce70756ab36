#include "plugins/sip/sdp.h"

#include <charconv>

#include "plugins/common/analyzer_defaults.h"

namespace netpulse {
namespace {

std::string_view take_word(std::string_view& text) noexcept {
  const std::size_t end = text.find(' ');
  const std::string_view word = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return word;
}

template <class Number>
bool read_number(std::string_view word, Number& number) noexcept {
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
  return error == std::errc{} && end == word.data() + word.size();
}

/// "IN IP4 192.0.2.1/127"; the TTL of a multicast address is no part of it.
std::string_view connection_address(std::string_view value) noexcept {
  if (take_word(value) != "IN") return {};
  take_word(value);
  const std::string_view address = take_word(value);
  return address.substr(0, address.find('/'));
}

/// "audio 49170/2 RTP/AVP 0 8".
bool read_media(std::string_view value, SdpMedia& media) noexcept {
  media.kind = take_word(value);
  const std::string_view port = take_word(value);
  media.protocol = take_word(value);
  if (media.kind.empty() || media.protocol.empty() || !read_number(port.substr(0, port.find('/')), media.port))
    return false;
  while (!value.empty() && media.payload_type_count < SdpMedia::kPayloadTypesMax) {
    constexpr std::uint8_t kPayloadTypeMax = 127;
    std::uint8_t type = 0;
    if (read_number(take_word(value), type) && type <= kPayloadTypeMax)
      media.payload_types[media.payload_type_count++] = type;
  }
  return true;
}

/// "99 h263-1998/90000", "97 L16/8000/2".
void read_encoding(std::string_view value, SdpMedia& media) noexcept {
  std::uint8_t type = 0;
  if (!read_number(take_word(value), type)) return;
  const std::size_t slash = value.find('/');
  if (slash == std::string_view::npos) return;
  std::string_view clock = value.substr(slash + 1);
  clock = clock.substr(0, clock.find_first_of("/ "));
  std::uint32_t clock_hz = 0;
  if (!read_number(clock, clock_hz)) return;
  const bool events = equal_ignoring_case(value.substr(0, slash), "telephone-event");
  for (std::size_t i = 0; i < media.payload_type_count; ++i) {
    if (media.payload_types[i] != type) continue;
    media.clocks_hz[i] = clock_hz;
    if (events) media.events = static_cast<std::uint16_t>(media.events | 1U << i);
  }
}

}  // namespace

bool parse_sdp(std::string_view text, SessionDescription& session) noexcept {
  session.media_count = 0;
  if (!text.starts_with("v=")) return false;
  std::string_view session_address;
  bool in_media = false;  // of an m= line that could be read
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.starts_with("c=")) {
      const std::string_view address = connection_address(line.substr(2));
      (session.media_count == 0 ? session_address : session.media[session.media_count - 1U].address) = address;
    }
    constexpr std::string_view kRtpMap = "a=rtpmap:";
    if (line.starts_with(kRtpMap) && in_media)
      read_encoding(line.substr(kRtpMap.size()), session.media[session.media_count - 1U]);
    if (!line.starts_with("m=")) continue;
    if (session.media_count == SessionDescription::kMediaMax) break;
    SdpMedia media;
    media.address = session_address;
    in_media = read_media(line.substr(2), media);
    if (in_media) session.media[session.media_count++] = media;
  }
  return true;
}

}  // namespace netpulse
