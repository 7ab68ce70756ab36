#include "plugins/quic/packet_header.h"

#include "plugins/quic/version.h"

namespace netpulse {

std::uint64_t quic_varint_behind(std::uint8_t first, ByteCursor& cursor) noexcept {
  const std::uint64_t high = first & 0x3f;
  switch (first >> 6) {
    case 0:
      return high;
    case 1:
      return high << 8 | cursor.u8();
    case 2:
      return high << 24 | cursor.u24();
    default: {
      const std::uint64_t middle = cursor.u24();
      return high << 56 | middle << 32 | cursor.u32();
    }
  }
}

bool read_quic_long_header(Bytes packet, QuicLongHeader& header) noexcept {
  ByteCursor cursor(packet);
  header.first_byte = cursor.u8();
  header.version = cursor.u32();
  header.destination_id = cursor.take_u8_length();
  header.source_id = cursor.take_u8_length();
  header.bytes = cursor.position();
  return !cursor.failed() && (header.first_byte & 0x80) != 0;
}

QuicPacketType quic_packet_type(std::uint8_t first_byte, bool is_v2) noexcept {
  const unsigned bits = first_byte >> 4 & 3U;
  return static_cast<QuicPacketType>(is_v2 ? (bits + 3) & 3U : bits);
}

bool read_quic_extent(Bytes packet, const QuicLongHeader& header, QuicPacketType type,
                      QuicPacketExtent& extent) noexcept {
  // The sample of 16 bytes begins where a packet number of four bytes would end.
  constexpr std::size_t kProtectedBytesMin = 4 + 16;
  ByteCursor cursor(packet);
  cursor.skip(header.bytes);
  if (type == QuicPacketType::kInitial) cursor.skip(quic_varint(cursor));
  const std::uint64_t length = quic_varint(cursor);
  if (cursor.failed() || length > cursor.remaining() || length < kProtectedBytesMin) return false;
  extent.packet_number_offset = cursor.position();
  extent.packet_bytes = cursor.position() + static_cast<std::size_t>(length);
  return true;
}

bool is_quic_version_negotiation(Bytes packet, const QuicLongHeader& header) noexcept {
  if (header.version != kQuicVersionNegotiation) return false;
  ByteCursor cursor(packet);
  cursor.skip(header.bytes);
  if (cursor.failed() || cursor.at_end() || cursor.remaining() % sizeof(std::uint32_t) != 0) return false;
  bool recognised = false;
  while (!cursor.at_end()) {
    const std::uint32_t version = cursor.u32();
    recognised = recognised || is_recognised_quic_version(version) || is_gquic_public_version(version) ||
                 is_reserved_quic_version(version);
  }
  return recognised;
}

}  // namespace netpulse
