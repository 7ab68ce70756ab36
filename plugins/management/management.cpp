#include "plugins/management/management.h"

namespace netpulse {
namespace {

constexpr std::uint8_t kInteger = 0x02, kOctetString = 0x04, kSequence = 0x30;

/// Length of a BER length field's value in up to two bytes; the cursor stands behind it.
std::size_t take_ber_length(ByteCursor& cursor) noexcept {
  const std::uint8_t first = cursor.u8();
  if (first < 0x80) return first;
  if (first == 0x81) return cursor.u8();
  if (first == 0x82) return cursor.u16();
  cursor.fail();
  return 0;
}
/// The content of the next element if it has this tag; else the cursor fails.
Bytes take_ber(ByteCursor& cursor, std::uint8_t tag) noexcept {
  if (cursor.u8() != tag) cursor.fail();
  const std::size_t length = take_ber_length(cursor);
  return cursor.take(length);
}

constexpr std::uint16_t kReadRequest = 1, kWriteRequest = 2, kData = 3, kAcknowledgement = 4;
constexpr std::size_t kOpcodeBytes = 2, kBlockBytes = 2, kDataBytesMax = 65464;  // RFC 2348

/// File name, mode, and options in pairs, each with a zero byte behind it.
bool is_tftp_request(std::string_view rest) noexcept {
  constexpr std::size_t kNameBytesMax = 512;
  const std::size_t name_end = rest.find('\0');
  if (name_end == std::string_view::npos || name_end == 0 || name_end > kNameBytesMax) return false;
  rest.remove_prefix(name_end + 1);
  const std::size_t mode_end = rest.find('\0');
  if (mode_end == std::string_view::npos || !rest.ends_with('\0')) return false;
  const std::string_view mode = rest.substr(0, mode_end);
  return equal_ignoring_case(mode, "octet") || equal_ignoring_case(mode, "netascii") ||
         equal_ignoring_case(mode, "mail");
}

/// A block of data or an acknowledgement.
struct TftpStep {
  bool data = false;
  std::uint16_t block = 0;
};
bool read_tftp_step(const PacketView& packet, TftpStep& step) noexcept {
  ByteCursor cursor(packet.payload());
  const std::uint16_t opcode = cursor.u16();
  step.block = cursor.u16();
  step.data = opcode == kData;
  if (cursor.failed()) return false;
  if (opcode == kAcknowledgement) return packet.payload_bytes == kOpcodeBytes + kBlockBytes;
  return step.data && packet.payload_bytes <= kOpcodeBytes + kBlockBytes + kDataBytesMax;
}

bool known_radius_code(std::uint8_t code) noexcept {
  return (code >= 1 && code <= 5) || (code >= 11 && code <= 13) || (code >= 40 && code <= 45);
}

}  // namespace

Verdict Snmp::probe(const PacketView& packet) noexcept {
  constexpr std::uint8_t kVersion1 = 0, kVersion2c = 1, kVersion3 = 3, kPduFirst = 0xa0, kPduLast = 0xa8;
  constexpr std::size_t kCommunityBytesMax = 255;
  ByteCursor outer(packet.payload());
  if (outer.u8() != kSequence) return Verdict::kNotMine;
  const std::size_t length = take_ber_length(outer);
  if (outer.failed() || outer.position() + length != packet.payload_bytes) return Verdict::kNotMine;
  const Bytes version = take_ber(outer, kInteger);
  if (version.size() != 1) return Verdict::kNotMine;
  if (version[0] == kVersion3) {
    ByteCursor header(take_ber(outer, kSequence));
    take_ber(header, kInteger);      // message id
    take_ber(header, kInteger);      // largest size
    take_ber(header, kOctetString);  // flags
    take_ber(header, kInteger);      // security model
    return mine_if(!header.failed() && header.at_end());
  }
  if (version[0] != kVersion1 && version[0] != kVersion2c) return Verdict::kNotMine;
  const Bytes community = take_ber(outer, kOctetString);
  const std::uint8_t pdu = outer.u8();
  const std::size_t pdu_bytes = take_ber_length(outer);
  return mine_if(!outer.failed() && community.size() <= kCommunityBytesMax && pdu >= kPduFirst && pdu <= kPduLast &&
                 outer.position() + pdu_bytes == packet.payload_bytes);
}

Verdict Syslog::probe(const PacketView& packet) noexcept {
  constexpr std::size_t kDigitsMax = 3;
  constexpr int kPriorityMax = 191;
  const std::string_view text = as_text(packet.payload());
  if (!text.starts_with('<')) return Verdict::kNotMine;
  int priority = 0;
  std::size_t at = 1;
  for (; at < text.size() && at <= kDigitsMax && text[at] >= '0' && text[at] <= '9'; ++at)
    priority = priority * 10 + (text[at] - '0');
  if (at == 1 || at + 1 >= text.size() || text[at] != '>' || priority > kPriorityMax) return Verdict::kNotMine;
  // Text; a byte order mark or a name in UTF-8 may stand there too.
  constexpr std::size_t kLookedAtBytes = 16;
  const std::string_view start = text.substr(at + 1, kLookedAtBytes);
  return mine_if(std::none_of(start.begin(), start.end(),
                              [](char c) { return c >= 0 && c < ' ' && c != '\t' && c != '\n' && c != '\r'; }));
}

Verdict Tftp::probe(const PacketView& packet) noexcept {
  if (!over_udp(packet)) return Verdict::kNotMine;
  ByteCursor cursor(packet.payload());
  const std::uint16_t opcode = cursor.u16();
  if (cursor.failed()) return Verdict::kNotMine;
  if (opcode == kReadRequest || opcode == kWriteRequest)
    return mine_if(on_port(packet, kPorts[0].first) && is_tftp_request(as_text(cursor.take_rest())));
  TftpStep step;
  return read_tftp_step(packet, step) && step.block <= 1 ? Verdict::kTentative : Verdict::kNotMine;
}

Verdict Tftp::consume(const PacketView& packet, State& state, AnalyzerContext&) noexcept {
  if (probe(packet) == Verdict::kDone) return Verdict::kDone;
  TftpStep step;
  if (!read_tftp_step(packet, step)) return Verdict::kNotMine;
  const auto side = static_cast<std::uint8_t>(packet.direction);
  const std::uint8_t sender = step.data ? side : static_cast<std::uint8_t>(1 - side);
  // Data follows what was acknowledged, an acknowledgement what was sent; either may come twice.
  const bool next = step.block == state.block || (step.data && step.block == state.block + 1);
  if (state.steps != 0 && (sender != state.sender || !next)) return Verdict::kNotMine;
  if (state.steps == 0 || step.data || step.block == state.block) ++state.steps;
  state.sender = sender;
  state.block = step.block;
  return state.steps >= kStepsMin && state.block != 0 ? Verdict::kDone : Verdict::kTentative;
}

Verdict Radius::probe(const PacketView& packet) noexcept {
  constexpr std::size_t kHeaderBytes = 20, kAttributeHeaderBytes = 2;
  ByteCursor cursor(packet.payload());
  const std::uint8_t code = cursor.u8();
  cursor.skip(1);
  const std::uint16_t length = cursor.u16();
  if (cursor.failed() || !known_radius_code(code) || length < kHeaderBytes || length != packet.payload_bytes)
    return Verdict::kNotMine;
  cursor.skip(kHeaderBytes - cursor.position());
  while (!cursor.at_end()) {
    cursor.skip(1);
    const std::uint8_t attribute_bytes = cursor.u8();
    if (attribute_bytes < kAttributeHeaderBytes) return Verdict::kNotMine;
    cursor.skip(attribute_bytes - kAttributeHeaderBytes);
  }
  return mine_if(!cursor.failed() || is_cut(packet));
}

Verdict Tacacs::probe(const PacketView& packet) noexcept {
  constexpr std::uint8_t kVersionMin = 0xc0, kVersionMax = 0xc1, kTypeMax = 3, kFlags = 0x05;
  constexpr std::size_t kHeaderBytes = 12;
  constexpr std::uint32_t kBodyBytesMax = 65535;
  ByteCursor cursor(packet.payload());
  const std::uint8_t version = cursor.u8();
  if (version < kVersionMin || version > kVersionMax) return Verdict::kNotMine;
  const std::uint8_t type = cursor.u8(), sequence = cursor.u8(), flags = cursor.u8();
  cursor.skip(sizeof(std::uint32_t));  // session
  const std::uint32_t body_bytes = cursor.u32();
  if (cursor.failed()) return Verdict::kNeedMore;
  if (type == 0 || type > kTypeMax || sequence == 0 || (flags & ~kFlags) != 0 || body_bytes > kBodyBytesMax)
    return Verdict::kNotMine;
  return mine_when_whole(packet, kHeaderBytes + body_bytes);
}

}  // namespace netpulse
