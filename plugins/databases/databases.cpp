#include "plugins/databases/databases.h"

#include "plugins/common/little_endian.h"

namespace netpulse {
namespace {

/// A number of at most kDigitsMax digits and its line end; kNotMine if it is none.
Verdict take_count(std::string_view& text, std::size_t& count) noexcept {
  constexpr std::size_t kDigitsMax = 6;
  count = 0;
  std::size_t digits = 0;
  for (; digits < text.size() && text[digits] >= '0' && text[digits] <= '9'; ++digits) {
    if (digits == kDigitsMax) return Verdict::kNotMine;
    count = count * 10 + static_cast<std::size_t>(text[digits] - '0');
  }
  const std::string_view rest = text.substr(digits);
  if (!may_begin_with(rest, "\r\n") || (digits == 0 && !rest.empty())) return Verdict::kNotMine;
  if (rest.size() < 2) return Verdict::kNeedMore;
  text = rest.substr(2);
  return Verdict::kDone;
}

bool known_opcode(std::uint32_t opcode) noexcept {
  constexpr std::uint32_t kReply = 1, kUpdate = 2001, kKillCursors = 2007, kCommand = 2010, kMessage = 2013;
  return opcode == kReply || (opcode >= kUpdate && opcode <= kKillCursors) ||
         (opcode >= kCommand && opcode <= kMessage);
}

constexpr std::array<std::string_view, 14> kCommands{"get ",    "gets ",    "set ",    "add ",  "replace ",
                                                     "append ", "prepend ", "delete ", "incr ", "decr ",
                                                     "touch ",  "stats",    "version", "mn\r\n"};

/// A whole first line of memcached's text protocol.
Verdict judge_command_line(std::string_view text) noexcept {
  constexpr std::size_t kLineBytesMax = 512;
  const std::size_t end = text.find('\n');
  for (const std::string_view command : kCommands) {
    if (!may_begin_with(text, command)) continue;
    if (end != std::string_view::npos)
      return mine_if(end > 0 && text[end - 1] == '\r' && text.size() >= command.size());
    return text.size() > kLineBytesMax ? Verdict::kNotMine : Verdict::kNeedMore;
  }
  return Verdict::kNotMine;
}

Verdict judge_binary(const PacketView& packet) noexcept {
  constexpr std::uint8_t kOpcodeMax = 0x24, kDataType = 0;
  constexpr std::size_t kHeaderBytes = 24;
  constexpr std::uint32_t kBodyBytesMax = 1 << 21;
  ByteCursor cursor(packet.payload());
  cursor.skip(1);
  const std::uint8_t opcode = cursor.u8();
  const std::uint16_t key_bytes = cursor.u16();
  const std::uint8_t extra_bytes = cursor.u8(), data_type = cursor.u8();
  cursor.skip(sizeof(std::uint16_t));  // vbucket or status
  const std::uint32_t body_bytes = cursor.u32();
  if (cursor.failed()) return Verdict::kNeedMore;
  if (opcode > kOpcodeMax || data_type != kDataType || body_bytes > kBodyBytesMax ||
      std::size_t{key_bytes} + extra_bytes > body_bytes)
    return Verdict::kNotMine;
  return mine_when_whole(packet, kHeaderBytes + body_bytes);
}

/// Option tokens in rising order, each inside the packet, and their end.
bool are_prelogin_options(Bytes data) noexcept {
  constexpr std::uint8_t kTerminator = 0xff, kTokenMax = 0x20, kVersionToken = 0;
  ByteCursor cursor(data);
  for (std::uint8_t token = cursor.u8(), last = 0; !cursor.failed(); last = token, token = cursor.u8()) {
    if (token == kTerminator) return cursor.position() > 1;
    if (token > kTokenMax || (cursor.position() == 1 ? token != kVersionToken : token <= last)) return false;
    const std::size_t offset = cursor.u16(), length = cursor.u16();
    if (offset + length > data.size()) return false;
  }
  return false;
}

}  // namespace

Verdict Redis::probe(const PacketView& packet) noexcept {
  std::string_view text = as_text(packet.payload());
  if (!over_tcp(packet) || text[0] != '*') return Verdict::kNotMine;
  text.remove_prefix(1);
  std::size_t strings = 0, bytes = 0;
  if (const Verdict verdict = take_count(text, strings); verdict != Verdict::kDone) return verdict;
  if (strings == 0) return Verdict::kNotMine;
  if (text.empty()) return Verdict::kNeedMore;
  if (text[0] != '$') return Verdict::kNotMine;
  text.remove_prefix(1);
  if (const Verdict verdict = take_count(text, bytes); verdict != Verdict::kDone) return verdict;
  constexpr std::size_t kCommandBytesMax = 32;
  if (bytes == 0 || bytes > kCommandBytesMax || !is_plain_text(text.substr(0, bytes))) return Verdict::kNotMine;
  if (text.size() < bytes + 2) return Verdict::kNeedMore;
  return mine_if(text.substr(bytes, 2) == "\r\n");
}

Verdict Mongodb::probe(const PacketView& packet) noexcept {
  constexpr std::uint32_t kMessageBytesMax = 48'000'000, kHeaderBytes = 16;
  if (!over_tcp(packet)) return Verdict::kNotMine;
  ByteCursor cursor(packet.payload());
  const std::uint32_t length = take_u32_little_endian(cursor);
  if (cursor.failed()) return Verdict::kNeedMore;
  if (length <= kHeaderBytes || length > kMessageBytesMax) return Verdict::kNotMine;
  cursor.skip(2 * sizeof(std::uint32_t));  // request and response ids
  const std::uint32_t opcode = take_u32_little_endian(cursor);
  if (cursor.failed()) return Verdict::kNeedMore;
  return known_opcode(opcode) ? mine_when_whole(packet, length) : Verdict::kNotMine;
}

Verdict Memcached::probe(const PacketView& packet) noexcept {
  constexpr std::uint8_t kRequestMagic = 0x80, kResponseMagic = 0x81;
  if (over_tcp(packet)) {
    const std::uint8_t first = packet.payload()[0];
    return first == kRequestMagic || first == kResponseMagic ? judge_binary(packet)
                                                             : judge_command_line(as_text(packet.payload()));
  }
  // Request id, which datagram of how many, reserved.
  ByteCursor cursor(packet.payload());
  cursor.skip(sizeof(std::uint16_t));
  const std::uint16_t index = cursor.u16(), count = cursor.u16(), reserved = cursor.u16();
  if (cursor.failed() || count == 0 || index >= count || reserved != 0) return Verdict::kNotMine;
  return mine_if(index == 0 && judge_command_line(as_text(cursor.take_rest())) == Verdict::kDone);
}

Verdict Tds::probe(const PacketView& packet) noexcept {
  constexpr std::uint8_t kLogin7 = 0x10, kPrelogin = 0x12, kStatusMax = 1;
  constexpr std::size_t kHeaderBytes = 8, kPacketBytesMax = 32767;
  if (!over_tcp(packet)) return Verdict::kNotMine;
  ByteCursor cursor(packet.payload());
  const std::uint8_t type = cursor.u8();
  if (type != kLogin7 && type != kPrelogin) return Verdict::kNotMine;
  const std::uint8_t status = cursor.u8();
  const std::uint16_t length = cursor.u16();
  cursor.skip(sizeof(std::uint16_t) + 1);  // process, packet number
  const std::uint8_t window = cursor.u8();
  if (cursor.failed()) return Verdict::kNeedMore;
  if (status > kStatusMax || window != 0 || length <= kHeaderBytes + 4 || length > kPacketBytesMax)
    return Verdict::kNotMine;
  if (type == kPrelogin) {
    const Bytes data = cursor.take(length - kHeaderBytes);
    return cursor.failed() ? Verdict::kNeedMore : mine_if(are_prelogin_options(data));
  }
  // The login says its own length again, and which TDS it speaks.
  const std::uint32_t login_bytes = take_u32_little_endian(cursor), version = take_u32_little_endian(cursor);
  if (cursor.failed()) return Verdict::kNeedMore;
  constexpr std::uint32_t kVersionMin = 0x70, kVersionMax = 0x80;
  const std::uint32_t major = version >> 24;
  if (login_bytes + kHeaderBytes < length || major < kVersionMin || major > kVersionMax) return Verdict::kNotMine;
  return mine_when_whole(packet, length);
}

Verdict Oracle::probe(const PacketView& packet) noexcept {
  constexpr std::uint8_t kConnect = 1;
  constexpr std::uint16_t kVersionMin = 256, kVersionMax = 400, kPacketBytesMin = 34;
  if (!over_tcp(packet)) return Verdict::kNotMine;
  ByteCursor cursor(packet.payload());
  const std::uint16_t length = cursor.u16(), checksum = cursor.u16();
  const std::uint8_t type = cursor.u8();
  cursor.skip(1);
  const std::uint16_t header_checksum = cursor.u16(), version = cursor.u16(), compatible = cursor.u16();
  if (cursor.failed()) return Verdict::kNeedMore;
  if (length < kPacketBytesMin || checksum != 0 || type != kConnect || header_checksum != 0 || version < kVersionMin ||
      version > kVersionMax || compatible > version)
    return Verdict::kNotMine;
  return mine_when_whole(packet, length);
}

}  // namespace netpulse
