#include "plugins/messaging/messaging.h"

namespace netpulse {
namespace {

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

/// ":server 001 nick :..." or ":server NOTICE AUTH :...".
bool is_server_line(std::string_view line) noexcept {
  const std::size_t space = line.find(' ');
  if (space == std::string_view::npos || space < 2) return false;
  const std::string_view rest = line.substr(space + 1);
  constexpr std::size_t kReplyBytes = 3;
  const bool reply =
      rest.size() > kReplyBytes && rest[0] == '0' && is_digit(rest[1]) && is_digit(rest[2]) && rest[kReplyBytes] == ' ';
  return reply || rest.starts_with("NOTICE ") || (rest.starts_with("CAP ") && rest.find(" LS") != rest.npos);
}

/// "USER guest 0 * :Ronnie", and no other protocol's USER with one word behind it.
bool is_user_line(std::string_view line) noexcept {
  constexpr std::ptrdiff_t kSpacesMin = 4;
  return line.starts_with("USER ") && std::count(line.begin(), line.end(), ' ') >= kSpacesMin;
}

bool is_client_line(std::string_view line) noexcept {
  if (line.starts_with("NICK ")) return line.size() > 5 && line.find(' ', 5) == std::string_view::npos;
  return is_user_line(line) || line.starts_with("CAP LS") || line.starts_with("CAP REQ :");
}

/// Reads a CoAP option's delta or length (RFC 7252 section 3.1).
std::size_t take_option_number(ByteCursor& cursor, std::uint8_t nibble) noexcept {
  if (nibble == 13) return cursor.u8() + std::size_t{13};
  if (nibble == 14) return cursor.u16() + std::size_t{269};
  if (nibble == 15) cursor.fail();
  return nibble;
}

}  // namespace

Verdict Mqtt::probe(const PacketView& packet) noexcept {
  if (!over_tcp(packet)) return Verdict::kNotMine;
  constexpr std::uint8_t kConnect = 0x10;
  constexpr std::size_t kRemainingMin = 12;
  ByteCursor cursor(packet.payload());
  if (cursor.u8() != kConnect) return Verdict::kNotMine;
  std::size_t remaining = 0;
  for (int shift = 0; shift < 28; shift += 7) {
    const std::uint8_t byte = cursor.u8();
    remaining |= static_cast<std::size_t>(byte & 0x7f) << shift;
    if ((byte & 0x80) == 0) break;
  }
  if (cursor.failed()) return Verdict::kNeedMore;
  if (remaining < kRemainingMin) return Verdict::kNotMine;
  const std::size_t whole = cursor.position() + remaining;
  const std::uint16_t name_bytes = cursor.u16();
  if (cursor.failed()) return Verdict::kNeedMore;
  const std::string_view name = name_bytes == 4 ? "MQTT" : name_bytes == 6 ? "MQIsdp" : std::string_view{};
  const std::string_view rest = as_text(cursor.take_rest());
  if (name.empty() || !may_begin_with(rest, name)) return Verdict::kNotMine;
  if (rest.size() <= name.size()) return Verdict::kNeedMore;
  constexpr char kLevelMin = 3, kLevelMax = 5;
  const char level = rest[name.size()];
  if (level < kLevelMin || level > kLevelMax) return Verdict::kNotMine;
  return mine_when_whole(packet, whole);
}

Verdict Amqp::probe(const PacketView& packet) noexcept {
  constexpr std::string_view kStart = "AMQP";
  constexpr std::size_t kHeaderBytes = 8;
  constexpr std::uint8_t kIdMax = 3, kNumberMax = 10;
  const Bytes stream = packet.payload();
  if (!over_tcp(packet) || !may_begin_with(as_text(stream), kStart)) return Verdict::kNotMine;
  if (stream.size() < kHeaderBytes) return Verdict::kNeedMore;
  return mine_if(stream[4] <= kIdMax && stream[5] <= kNumberMax && stream[6] <= kNumberMax && stream[7] <= kNumberMax);
}

Verdict Irc::probe(const PacketView& packet) noexcept {
  if (!over_tcp(packet)) return Verdict::kNotMine;
  constexpr std::size_t kLineBytesMax = 512;
  const std::string_view stream = as_text(packet.payload());
  const std::size_t end = stream.find('\n');
  std::string_view line = stream.substr(0, end);
  if (line.ends_with('\r')) line.remove_suffix(1);
  if (!is_plain_text(line) || line.size() > kLineBytesMax) return Verdict::kNotMine;
  if (end != std::string_view::npos)
    return mine_if(line.starts_with(':') ? is_server_line(line) : is_client_line(line));
  for (const std::string_view start : {":", "NICK ", "USER ", "CAP LS", "CAP REQ :"})
    if (may_begin_with(line, start)) return Verdict::kNeedMore;
  return Verdict::kNotMine;
}

Verdict Coap::probe(const PacketView& packet) noexcept {
  constexpr std::uint8_t kVersionOne = 1, kTokenBytesMax = 8, kPayloadMarker = 0xff;
  ByteCursor cursor(packet.payload());
  const std::uint8_t first = cursor.u8(), code = cursor.u8();
  cursor.skip(sizeof(std::uint16_t));  // message id
  const std::uint8_t token_bytes = first & 0x0f, code_class = code >> 5;
  cursor.skip(token_bytes);
  if (cursor.failed() || first >> 6 != kVersionOne || token_bytes > kTokenBytesMax) return Verdict::kNotMine;
  if (code == 0) return mine_if(token_bytes == 0 && cursor.at_end());
  constexpr std::uint8_t kMethodMax = 7;
  const bool known = code_class == 0 ? code <= kMethodMax : code_class == 2 || code_class == 4 || code_class == 5;
  if (!known) return Verdict::kNotMine;
  while (!cursor.at_end()) {
    const std::uint8_t option = cursor.u8();
    if (option == kPayloadMarker) return mine_if(!cursor.at_end());
    take_option_number(cursor, option >> 4);
    const std::size_t length = take_option_number(cursor, option & 0x0f);
    cursor.skip(length);
  }
  return mine_if(!cursor.failed());
}

Verdict Rtmp::probe(const PacketView& packet) noexcept {
  constexpr std::uint8_t kVersionThree = 3;
  constexpr std::size_t kOpeningBytes = 1537;
  return packet.payload()[0] == kVersionThree ? mine_when_whole(packet, kOpeningBytes) : Verdict::kNotMine;
}

}  // namespace netpulse
