#pragma once

#include <cstdint>

#include "engine/base/bytes.h"
#include "engine/base/time.h"
#include "engine/packet/flow_key.h"

namespace netpulse {

/// Why a packet, or a layer of it, was refused. One counter each (drop reason of stage "decode").
enum class DecodeStatus : std::uint8_t {
  kOk,
  kUnknownLinkType,
  kLinkTruncated,  ///< the link-layer header (or its VLAN, PPPoE, MPLS, LLC ... part) is cut
  kIpv4Truncated,
  kIpv4BadHeader,  ///< version, IHL or total length contradict each other
  kIpv6Truncated,
  kIpv6BadHeader,
  kIpv6ExtensionLimit,  ///< more extension headers than kIpv6ExtensionHeadersMax
  kIpv6ExtensionTruncated,
  kTransportTruncated,  ///< TCP, UDP, SCTP, ICMP header cut; the flow has ports if they were there, and no payload
  kTransportBadHeader,  ///< e.g. TCP data offset < 5 or past the segment, UDP length < 8
  kTunnelTruncated,
  kTunnelBadHeader,
  kTunnelDepth,        ///< more than kTunnelLayersMax layers, kVlanTagsMax tags or kMplsLabelsMax labels
  kFragmentOverlap,    ///< overlapping IPv6 fragments (RFC 5722)
  kFragmentBadHeader,  ///< past 65535 bytes, or a non-final fragment that is no multiple of 8
  kWlanProtected,      ///< 802.11 payload is encrypted
  kCount
};
/// "unknown_link_type", ...: label value and report key.
const char* decode_status_name(DecodeStatus status) noexcept;

enum class NetworkLayer : std::uint8_t { kOther, kIpv4, kIpv6, kArp };
enum class TransportLayer : std::uint8_t { kOther, kTcp, kUdp, kIcmp, kIcmpv6, kSctp, kIgmp, kEsp, kAh, kFragment };

/// TCP flags as in the header's 13th octet (RFC 9293 section 3.1).
struct TcpFlags {
  static constexpr std::uint8_t kFin = 0x01, kSyn = 0x02, kRst = 0x04, kPsh = 0x08, kAck = 0x10, kUrg = 0x20,
                                kEce = 0x40, kCwr = 0x80;
};

/// A decoded packet: the innermost headers, by value; bytes borrowed from its RawPacket.
/// A packet without a flow (ARP, unknown EtherType, refused before any IP header) has key.ip_version == 0.
struct alignas(64) PacketView {
  FlowKey key;
  std::uint64_t hash = 0;  ///< keyed hash of key; 0 if there is no flow
  Timestamp received_at;
  // --- one cache line up to here
  std::uint64_t number = 0;                    ///< RawPacket::number
  const std::uint8_t* frame = nullptr;         ///< RawPacket::data
  const std::uint8_t* payload_data = nullptr;  ///< transport payload; null if none was captured
  std::uint32_t captured_bytes = 0;
  std::uint32_t wire_bytes = 0;
  std::uint32_t payload_captured_bytes = 0;  ///< readable at payload_data, never beyond any layer's own length
  std::uint32_t payload_bytes = 0;           ///< transport payload by the innermost IP length; >= the captured part
  std::uint32_t tcp_seq = 0;
  std::uint32_t tcp_ack = 0;
  std::uint16_t tcp_window = 0;
  std::uint8_t tcp_flags = 0;
  Direction direction = Direction::kLoToHi;
  std::uint32_t tunnel_id = 0;         ///< VNI, GRE key, TEID, session: as on this packet
  std::uint16_t network_offset = 0;    ///< innermost IP header, from frame; 0xffff: beyond that or none
  std::uint16_t transport_offset = 0;  ///< innermost transport header, likewise
  std::uint16_t vlan_id = 0;           ///< outermost 802.1Q VID; 0: untagged or priority-tagged
  std::uint16_t interface_index = 0;
  NetworkLayer network = NetworkLayer::kOther;  ///< innermost
  TransportLayer transport = TransportLayer::kOther;
  DecodeStatus status = DecodeStatus::kOk;
  std::uint8_t flags = 0;               ///< kFlag*
  std::uint8_t tunnel_layers = 0;       ///< encapsulations that were opened
  std::uint8_t ttl = 0;                 ///< innermost TTL or hop limit
  std::uint16_t ip_identification = 0;  ///< innermost; 0 in IPv6

  /// A fragment after the first: key is its datagram's where the first was seen, else has ports 0. No payload.
  static constexpr std::uint8_t kFlagLaterFragment = 0x01;
  /// The first fragment of several.
  static constexpr std::uint8_t kFlagFirstFragment = 0x02;
  /// A copy for a worker that does not own the flow: it learns names from it, and counts and exports nothing.
  static constexpr std::uint8_t kFlagShadow = 0x04;
  /// The packet's bytes after the payload were cut by the snap length.
  static constexpr std::uint8_t kFlagSnapped = 0x08;

  bool has_flow() const noexcept { return key.ip_version != 0; }
  bool is(std::uint8_t flag) const noexcept { return (flags & flag) != 0; }
  Bytes payload() const noexcept { return {payload_data, payload_captured_bytes}; }
  Bytes frame_bytes() const noexcept { return {frame, captured_bytes}; }
  bool from_lo() const noexcept { return direction == Direction::kLoToHi; }
  const IpAddress& src_addr() const noexcept { return from_lo() ? key.lo_addr : key.hi_addr; }
  const IpAddress& dst_addr() const noexcept { return from_lo() ? key.hi_addr : key.lo_addr; }
  std::uint16_t src_port() const noexcept { return from_lo() ? key.lo_port : key.hi_port; }
  std::uint16_t dst_port() const noexcept { return from_lo() ? key.hi_port : key.lo_port; }
};

}  // namespace netpulse
