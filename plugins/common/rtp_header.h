#pragma once

#include <cstdint>

#include "engine/base/bytes.h"

namespace netpulse {

inline constexpr std::size_t kRtpHeaderBytes = 12;
/// RTP's payload types 72-76 are RTCP's packet types 200-204 with the marker bit (RFC 5761 section 4).
inline constexpr std::uint8_t kRtcpTypeMin = 192, kRtcpTypeMax = 223;

/// The fixed header (RFC 3550 section 5.1) and how long the rest is.
struct RtpHeader {
  bool marker = false;
  std::uint8_t payload_type = 0;
  std::uint16_t sequence = 0;
  std::uint32_t timestamp = 0;  ///< in units of the payload type's clock
  std::uint32_t ssrc = 0;
  std::size_t header_bytes = 0;   ///< with CSRCs and extension
  std::size_t padding_bytes = 0;  ///< at the end of the datagram
};

/// Reads the header of a datagram; false if it is not version 2, if it is RTCP, or if its CSRCs, extension or padding
/// do not fit. cut: bytes at the datagram's end are missing, so its padding is not looked at.
/// Source: RFC 3550 section 5.1 and appendix A.1, RFC 5761 section 4.
inline bool parse_rtp_header(Bytes datagram, bool cut, RtpHeader& header) noexcept {
  ByteCursor cursor(datagram);
  const std::uint8_t first = cursor.u8();
  const std::uint8_t second = cursor.u8();
  header.sequence = cursor.u16();
  header.timestamp = cursor.u32();
  header.ssrc = cursor.u32();
  if (cursor.failed() || first >> 6 != 2 || (second >= kRtcpTypeMin && second <= kRtcpTypeMax)) return false;
  header.marker = (second & 0x80) != 0;
  header.payload_type = second & 0x7f;
  cursor.skip(std::size_t{4} * (first & 0x0f));
  if ((first & 0x10) != 0) {
    cursor.skip(2);
    const std::uint16_t words = cursor.u16();
    cursor.skip(std::size_t{4} * words);
  }
  if (cursor.failed()) return false;
  header.header_bytes = cursor.position();
  header.padding_bytes = 0;
  if ((first & 0x20) == 0 || cut) return true;
  header.padding_bytes = cursor.at_end() ? 0 : datagram.back();
  return header.padding_bytes != 0 && header.padding_bytes <= cursor.remaining();
}

}  // namespace netpulse
