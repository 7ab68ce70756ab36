#include "plugins/industrial/industrial.h"

#include "plugins/common/little_endian.h"

namespace netpulse {
namespace {

/// DNP3's checksum (polynomial 0x3d65, bits reversed).
std::uint16_t dnp3_checksum(Bytes bytes) noexcept {
  constexpr std::uint16_t kReversedPolynomial = 0xa6bc;
  std::uint16_t value = 0;
  for (const std::uint8_t byte : bytes) {
    value = static_cast<std::uint16_t>(value ^ byte);
    for (int bit = 0; bit < 8; ++bit)
      value = static_cast<std::uint16_t>((value & 1) != 0 ? value >> 1 ^ kReversedPolynomial : value >> 1);
  }
  return static_cast<std::uint16_t>(~value);
}

bool known_enip_command(std::uint16_t command) noexcept {
  switch (command) {
    case 0x0000:  // no operation
    case 0x0004:  // ListServices
    case 0x0063:  // ListIdentity
    case 0x0064:  // ListInterfaces
    case 0x0065:  // RegisterSession
    case 0x0066:  // UnRegisterSession
    case 0x006f:  // SendRRData
    case 0x0070:  // SendUnitData
      return true;
    default:
      return false;
  }
}

}  // namespace

Verdict Modbus::probe(const PacketView& packet) noexcept {
  constexpr std::uint16_t kLengthMin = 2, kLengthMax = 254;
  constexpr std::size_t kPrefixBytes = 6;
  ByteCursor cursor(packet.payload());
  cursor.skip(sizeof(std::uint16_t));  // transaction
  const std::uint16_t protocol = cursor.u16(), length = cursor.u16();
  cursor.skip(1);  // unit
  const std::uint8_t function = cursor.u8() & 0x7f;
  if (cursor.failed()) return Verdict::kNeedMore;
  if (protocol != 0 || length < kLengthMin || length > kLengthMax || function == 0) return Verdict::kNotMine;
  return mine_when_whole(packet, kPrefixBytes + length);
}

Verdict Dnp3::probe(const PacketView& packet) noexcept {
  constexpr std::uint16_t kStart = 0x0564;
  constexpr std::uint8_t kLengthMin = 5;
  constexpr std::size_t kHeaderBytes = 8;
  if (!over_tcp(packet) && !over_udp(packet)) return Verdict::kNotMine;
  ByteCursor cursor(packet.payload());
  const std::uint16_t start = cursor.u16();
  const std::uint8_t length = cursor.u8();
  if (cursor.failed()) return unless_more_comes(packet);
  if (start != kStart || length < kLengthMin) return Verdict::kNotMine;
  cursor.skip(kHeaderBytes - cursor.position());
  const std::uint16_t checksum = take_u16_little_endian(cursor);
  if (cursor.failed()) return unless_more_comes(packet);
  return mine_if(checksum == dnp3_checksum(packet.payload().first(kHeaderBytes)));
}

Verdict Iec104::probe(const PacketView& packet) noexcept {
  constexpr std::uint8_t kStart = 0x68, kLengthMin = 4, kLengthMax = 253;
  constexpr std::array<std::uint8_t, 6> kUnnumbered{0x07, 0x0b, 0x13, 0x23, 0x43, 0x83};
  if (!over_tcp(packet) || packet.payload()[0] != kStart) return Verdict::kNotMine;
  ByteCursor cursor(packet.payload().subspan(1));
  const std::uint8_t length = cursor.u8();
  const std::uint8_t control = cursor.u8();
  const std::uint32_t rest = cursor.u24();
  if (cursor.failed()) return Verdict::kNeedMore;
  if (length < kLengthMin || length > kLengthMax) return Verdict::kNotMine;
  if (length == kLengthMin && rest == 0 &&
      std::find(kUnnumbered.begin(), kUnnumbered.end(), control) != kUnnumbered.end())
    return Verdict::kDone;
  // Supervisory frames are four bytes, numbered ones carry more; both count in twos.
  const bool supervisory = (control & 3) == 1 && length == kLengthMin && rest >> 16 == 0;
  const bool numbered = (control & 1) == 0 && length > kLengthMin;
  if (!on_port(packet, kPorts[0].first) || (!supervisory && !numbered)) return Verdict::kNotMine;
  return mine_when_whole(packet, std::size_t{length} + 2);
}

Verdict S7comm::probe(const PacketView& packet) noexcept {
  constexpr std::uint8_t kTpktVersion = 3;
  constexpr std::uint8_t kConnectionConfirm = 0xd0, kConnectionRequest = 0xe0, kData = 0xf0;
  constexpr std::uint8_t kS7 = 0x32, kS7Plus = 0x72;
  constexpr std::size_t kHeaderBytes = 7;
  ByteCursor cursor(packet.payload());
  // The connection set-up, then what it carries.
  for (int i = 0; i < 2; ++i) {
    if (cursor.at_end()) return Verdict::kNeedMore;
    const std::uint8_t version = cursor.u8();
    if (version != kTpktVersion) return Verdict::kNotMine;
    cursor.skip(1);
    const std::uint16_t length = cursor.u16();
    const std::uint8_t indicator = cursor.u8(), type = cursor.u8();
    if (cursor.failed()) return Verdict::kNeedMore;
    if (length < kHeaderBytes || std::size_t{indicator} + 5 > length) return Verdict::kNotMine;
    if (type == kData) {
      cursor.skip(indicator - 1U);
      const std::uint8_t protocol = cursor.u8();
      if (cursor.failed()) return Verdict::kNeedMore;
      return mine_if(protocol == kS7 || protocol == kS7Plus);
    }
    if (type != kConnectionConfirm && type != kConnectionRequest) return Verdict::kNotMine;
    cursor.skip(length - 6U);
    if (cursor.failed()) return Verdict::kNeedMore;
  }
  return Verdict::kNotMine;
}

Verdict Bacnet::probe(const PacketView& packet) noexcept {
  constexpr std::uint8_t kTypeIp = 0x81, kFunctionMax = 0x0c;
  ByteCursor cursor(packet.payload());
  const std::uint8_t type = cursor.u8(), function = cursor.u8();
  const std::uint16_t length = cursor.u16();
  return mine_if(!cursor.failed() && type == kTypeIp && function <= kFunctionMax && length == packet.payload_bytes);
}

Verdict Enip::probe(const PacketView& packet) noexcept {
  constexpr std::size_t kHeaderBytes = 24;
  constexpr std::uint32_t kStatusMax = 0x69;
  ByteCursor cursor(packet.payload());
  const std::uint16_t command = take_u16_little_endian(cursor), length = take_u16_little_endian(cursor);
  cursor.skip(sizeof(std::uint32_t));  // session
  const std::uint32_t status = take_u32_little_endian(cursor);
  cursor.skip(sizeof(std::uint64_t));  // sender's context
  const std::uint32_t options = take_u32_little_endian(cursor);
  if (cursor.failed()) return unless_more_comes(packet);
  if (!known_enip_command(command) || status > kStatusMax || options != 0) return Verdict::kNotMine;
  return mine_when_whole(packet, kHeaderBytes + length);
}

}  // namespace netpulse
