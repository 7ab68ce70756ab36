#pragma once

#include <cstdint>

#include "engine/base/keyed_hash.h"
#include "engine/packet/fragment_table.h"
#include "engine/packet/packet_view.h"
#include "engine/packet/raw_packet.h"

namespace netpulse {

/// Encapsulations opened before a packet is refused with kTunnelDepth (robustness: test 11).
inline constexpr int kTunnelLayersMax = 8;
inline constexpr int kIpv6ExtensionHeadersMax = 16;
inline constexpr int kVlanTagsMax = 8;
inline constexpr int kMplsLabelsMax = 16;

/// Turns frames into PacketViews. One per thread: it holds the fragment table. Never allocates after construction.
class Decoder {
 public:
  /// fragments_max: datagrams in reassembly tracking at one time; the oldest goes first when full.
  Decoder(const HashSeed& seed, std::size_t fragments_max);

  /// Decodes one frame. Always fills view: counters and number even where status != kOk. When an inner layer is refused
  /// the view describes the innermost layer that was good, and status says what was wrong inside it.
  ///
  /// Ports: TCP, UDP, UDP-Lite and SCTP have theirs; the echo messages of ICMP and ICMPv6 have their identifier in both
  /// ports, so that request and reply are one flow; everything else has zero.
  /// Payload: what follows the header of TCP, UDP, SCTP (12 bytes), ICMP (8), ICMPv6 (4), IGMP (8), ESP (8) and AH; of
  /// any other protocol the whole IP payload. A packet quoted in an ICMP error is payload, and never opened.
  /// Tunnels known by a UDP port only are opened when an IP header is found inside; otherwise the outer UDP flow stays.
  void decode(const RawPacket& raw, PacketView& view) noexcept;

  const FragmentTableStats& fragment_stats() const noexcept { return fragments_.stats(); }

 private:
  friend class DecoderTestPeer;

  /// Every packet that is not plain Ethernet, IP, TCP or UDP; gives the same answer for those as well.
  [[gnu::noinline]] void decode_general(const RawPacket& raw, PacketView& view) noexcept;

  HashSeed seed_;
  FragmentTable fragments_;
};

}  // namespace netpulse
