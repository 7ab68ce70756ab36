#pragma once

#include <cstddef>
#include <cstdint>

#include "engine/base/bytes.h"

namespace netpulse {

/// Longest connection ID of the versions read here (RFC 9000 section 17.2).
inline constexpr std::size_t kQuicConnectionIdBytesMax = 20;
/// A datagram with a client's Initial packet has at least so many bytes (RFC 9000 section 14.1).
inline constexpr std::size_t kQuicInitialDatagramBytesMin = 1200;

/// What follows the first byte of a variable-length integer, which says how many there are; with its bits.
std::uint64_t quic_varint_behind(std::uint8_t first, ByteCursor& cursor) noexcept;
/// A variable-length integer (RFC 9000 section 16). The cursor fails if it is cut; the value means nothing then.
inline std::uint64_t quic_varint(ByteCursor& cursor) noexcept {
  constexpr std::uint8_t kOneByteMax = 0x3f;
  const std::uint8_t first = cursor.u8();
  return first <= kOneByteMax ? first : quic_varint_behind(first, cursor);
}

/// The version-independent part of a long header (RFC 8999 section 5.1); views into the datagram.
struct QuicLongHeader {
  std::uint8_t first_byte = 0;
  std::uint32_t version = 0;
  Bytes destination_id;
  Bytes source_id;
  std::size_t bytes = 0;  ///< up to and with the source connection ID
};
/// False: a short header, or cut.
bool read_quic_long_header(Bytes packet, QuicLongHeader& header) noexcept;

enum class QuicPacketType : std::uint8_t { kInitial, kZeroRtt, kHandshake, kRetry };
/// RFC 9000 section 17.2; v2 numbers them otherwise (RFC 9369 section 3.2).
QuicPacketType quic_packet_type(std::uint8_t first_byte, bool is_v2) noexcept;

/// Where a long header packet with a Length field ends, and its packet number begins.
struct QuicPacketExtent {
  std::size_t packet_number_offset = 0;  ///< from the packet's first byte; the header protection begins here
  std::size_t packet_bytes = 0;          ///< the whole packet; more may follow in the datagram
};
/// Reads token (Initial packets only) and Length. False: they do not fit into packet, or the packet is too short for
/// its header protection sample (RFC 9001 section 5.4.2).
bool read_quic_extent(Bytes packet, const QuicLongHeader& header, QuicPacketType type,
                      QuicPacketExtent& extent) noexcept;

/// A list of versions behind a long header of version 0 (RFC 9000 section 17.2.1), one of them known or reserved.
bool is_quic_version_negotiation(Bytes packet, const QuicLongHeader& header) noexcept;

}  // namespace netpulse
