#include "plugins/carrier/carrier.h"

namespace netpulse {

Verdict Bgp::probe(const PacketView& packet) noexcept {
  constexpr std::size_t kMarkerBytes = 16, kHeaderBytes = 19, kMessageBytesMax = 4096;
  constexpr std::uint8_t kTypeMax = 5;
  if (!over_tcp(packet)) return Verdict::kNotMine;
  const Bytes stream = packet.payload();
  const Bytes marker = stream.first(std::min(stream.size(), kMarkerBytes));
  if (!std::all_of(marker.begin(), marker.end(), [](std::uint8_t byte) { return byte == 0xff; }))
    return Verdict::kNotMine;
  if (stream.size() < kHeaderBytes) return Verdict::kNeedMore;
  ByteCursor cursor(stream.subspan(kMarkerBytes));
  const std::uint16_t length = cursor.u16();
  const std::uint8_t type = cursor.u8();
  if (length < kHeaderBytes || length > kMessageBytesMax || type == 0 || type > kTypeMax) return Verdict::kNotMine;
  return mine_when_whole(packet, length);
}

Verdict Gtp::probe(const PacketView& packet) noexcept {
  constexpr std::size_t kHeaderBytesV1 = 8, kHeaderBytesV2 = 4, kTeidBytes = 4;
  constexpr std::uint8_t kVersion2 = 2, kTeidFlag = 0x08, kPiggybackFlag = 0x10, kUserData = 255;
  ByteCursor cursor(packet.payload());
  const std::uint8_t flags = cursor.u8(), type = cursor.u8();
  const std::size_t length = cursor.u16();
  if (cursor.failed() || type == 0 || type == kUserData) return Verdict::kNotMine;
  const std::size_t size = packet.payload_bytes;
  if (flags >> 5 == kVersion2) {
    const std::size_t whole = kHeaderBytesV2 + length;
    const std::size_t length_min = (flags & kTeidFlag) != 0 ? kTeidBytes + 4 : 4;
    return mine_if(length >= length_min && ((flags & kPiggybackFlag) != 0 ? whole <= size : whole == size));
  }
  // Version 1 or GTP' (protocol type 0), of which the short header has six bytes; version 0 has twenty.
  constexpr std::size_t kHeaderBytesPrime = 6, kHeaderBytesV0 = 20;
  if (flags >> 5 == 1)
    return mine_if(size == length + kHeaderBytesV1 || ((flags & 0x10) == 0 && size == length + kHeaderBytesPrime));
  return mine_if(flags >> 5 == 0 && (flags & 0x0e) == 0x0e &&
                 (size == length + kHeaderBytesV0 || size == length + kHeaderBytesPrime));
}

Verdict Pfcp::probe(const PacketView& packet) noexcept {
  constexpr std::uint8_t kVersionOne = 1, kSeidFlag = 0x01, kFollowOnFlag = 0x04;
  constexpr std::size_t kPrefixBytes = 4;
  ByteCursor cursor(packet.payload());
  const std::uint8_t flags = cursor.u8(), type = cursor.u8();
  const std::size_t length = cursor.u16();
  const std::size_t length_min = (flags & kSeidFlag) != 0 ? 12 : 4;
  if (cursor.failed() || flags >> 5 != kVersionOne || type == 0 || length < length_min) return Verdict::kNotMine;
  const std::size_t whole = kPrefixBytes + length;
  return mine_if((flags & kFollowOnFlag) != 0 ? whole <= packet.payload_bytes : whole == packet.payload_bytes);
}

Verdict Diameter::probe(const PacketView& packet) noexcept {
  constexpr std::size_t kHeaderBytes = 20, kAvpHeaderBytes = 8;
  constexpr std::uint8_t kVersionOne = 1, kReservedFlags = 0x0f;
  ByteCursor cursor(packet.payload());
  if (cursor.u8() != kVersionOne) return Verdict::kNotMine;
  const std::uint32_t length = cursor.u24();
  const std::uint8_t flags = cursor.u8();
  cursor.skip(kHeaderBytes - cursor.position());
  const std::uint32_t avp_code = cursor.u32();
  cursor.skip(1);  // its flags
  const std::uint32_t avp_bytes = cursor.u24();
  if (cursor.failed()) return Verdict::kNeedMore;
  if (length % 4 != 0 || (flags & kReservedFlags) != 0 || avp_code == 0 || avp_bytes < kAvpHeaderBytes ||
      kHeaderBytes + avp_bytes > length)
    return Verdict::kNotMine;
  return mine_when_whole(packet, length);
}

Verdict Rip::probe(const PacketView& packet) noexcept {
  constexpr std::size_t kHeaderBytes = 4, kEntryBytes = 20;
  constexpr std::uint8_t kRequest = 1, kResponse = 2, kVersionMax = 2;
  ByteCursor cursor(packet.payload());
  const std::uint8_t command = cursor.u8(), version = cursor.u8();
  const std::uint16_t unused = cursor.u16();
  const std::size_t size = packet.payload_bytes;
  return mine_if(!cursor.failed() && (command == kRequest || command == kResponse) && version != 0 &&
                 version <= kVersionMax && unused == 0 && size > kHeaderBytes &&
                 (size - kHeaderBytes) % kEntryBytes == 0);
}

Verdict Ptp::probe(const PacketView& packet) noexcept {
  constexpr std::size_t kHeaderBytes = 34;
  constexpr std::uint8_t kVersionTwo = 2, kTypeMax = 0x0d;
  ByteCursor cursor(packet.payload());
  const std::uint8_t type = cursor.u8() & 0x0f, version = cursor.u8() & 0x0f;
  const std::uint16_t length = cursor.u16();
  return mine_if(!cursor.failed() && type <= kTypeMax && version == kVersionTwo && length >= kHeaderBytes &&
                 length <= packet.payload_bytes && packet.payload_bytes - length <= 4U);
}

}  // namespace netpulse
