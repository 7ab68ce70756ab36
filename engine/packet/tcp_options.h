#pragma once

#include <cstdint>

#include "engine/packet/packet_view.h"

namespace netpulse {

/// The options of a SYN that say how the rest of the connection is to be read.
struct TcpSynOptions {
  static constexpr std::uint8_t kWindowScaleMax = 14;  ///< RFC 7323 section 2.3: larger ones count as this

  std::uint8_t window_scale = 0;  ///< shift count, at most kWindowScaleMax
  bool has_window_scale = false;
  bool whole = false;  ///< all options were captured and well formed: what is missing here was not sent
};

/// packet: TCP. What stands before a cut or malformed option is given.
/// Source: RFC 9293 section 3.2; RFC 7323 section 2.2.
TcpSynOptions read_tcp_syn_options(const PacketView& packet) noexcept;

}  // namespace netpulse
