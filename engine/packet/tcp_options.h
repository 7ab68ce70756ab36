#pragma once

#include <cstdint>

#include "engine/packet/packet_view.h"

namespace netpulse {

/// The options of a SYN that say how the rest of the connection is to be read.
struct TcpSynOptions {
  static constexpr std::uint8_t kWindowScaleMax = 14;  ///< RFC 7323 section 2.3: larger ones count as this

  /// Payload and options that the sender takes in one segment (RFC 6691 section 2); 0: not said.
  std::uint16_t segment_bytes_max = 0;
  std::uint8_t window_scale = 0;  ///< shift count, at most kWindowScaleMax
  bool has_window_scale = false;
  bool whole = false;  ///< all options were captured and well formed: what is missing here was not sent
};

/// The options that later segments carry.
struct TcpSegmentOptions {
  std::uint32_t time_stamp = 0, time_stamp_echo = 0;  ///< TSval, TSecr (RFC 7323 section 3.2)
  bool has_time_stamps = false;
  /// The first block of the SACK option reports bytes that had come before: at or below ack, or within the second block
  /// (RFC 2883 section 4).
  bool has_duplicate_sack = false;
};
/// packet: TCP. What stands before a cut or malformed option is given.
/// Source: RFC 7323 section 3.2; RFC 2018 section 3; RFC 2883 section 4.
TcpSegmentOptions read_tcp_segment_options(const PacketView& packet) noexcept;

/// The last of these alone: quicker where the options lie as they mostly do (RFC 7323 appendix A). False: cut.
bool has_duplicate_sack(const PacketView& packet) noexcept;

/// The length of the header with its options, 20-60 bytes; 0 if that was not captured, or is too small. packet: TCP.
std::uint32_t tcp_header_bytes(const PacketView& packet) noexcept;

/// packet: TCP. What stands before a cut or malformed option is given.
/// Source: RFC 9293 sections 3.2 and 3.7.1; RFC 7323 section 2.2.
TcpSynOptions read_tcp_syn_options(const PacketView& packet) noexcept;

}  // namespace netpulse
