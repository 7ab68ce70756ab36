#pragma once

#include <cstdint>

#include "engine/packet/decode.h"
#include "engine/packet/flow_key_writer.h"
#include "engine/packet/load.h"

/// Internal to engine/packet: the walk down the layers of one frame. Each decode_* function takes the bytes that its
/// layer may use, writes what it finds through Walk, and hands what is inside to the next one.
namespace netpulse {

/// LINKTYPE_* values (tcpdump.org/linktypes.html) that are decoded.
enum class LinkType : std::uint16_t {
  kNull = 0,
  kEthernet = 1,
  kPpp = 9,
  kRawBsd = 12,
  kRawOpenBsd = 14,
  kPppHdlc = 50,
  kPppoe = 51,
  kRaw = 101,
  kCiscoHdlc = 104,
  kWlan = 105,
  kFrameRelay = 107,
  kLoop = 108,
  kLinuxSll = 113,
  kWlanPrism = 119,
  kWlanRadiotap = 127,
  kWlanAvs = 163,
  kPpi = 192,
  kPppWithDirection = 204,
  kIpv4 = 228,
  kIpv6 = 229,
  kNflog = 239,
  kNetlink = 253,
  kPktap = 258,
  kLinuxSll2 = 276,
};

/// EtherTypes (IEEE 802 numbers, IANA) that lead to IP.
enum EtherType : std::uint16_t {
  kEtherTypeMin = 0x0600,  ///< smaller: an IEEE 802.3 length
  kEtherTypeIpv4 = 0x0800,
  kEtherTypeArp = 0x0806,
  kEtherTypeErspan3 = 0x22eb,
  kEtherTypeTransparentBridging = 0x6558,
  kEtherTypeVlan = 0x8100,
  kEtherTypeWccp = 0x883e,
  kEtherTypeIpv6 = 0x86dd,
  kEtherTypePpp = 0x880b,
  kEtherTypeMpls = 0x8847,
  kEtherTypeMplsUpstream = 0x8848,
  kEtherTypePppoeSession = 0x8864,
  kEtherTypeJumboLlc = 0x8870,
  kEtherTypeServiceVlan = 0x88a8,
  kEtherTypeErspan = 0x88be,
  kEtherTypeBackboneService = 0x88e7,
  kEtherTypeCiscoMetadata = 0x8909,
  kEtherTypeNsh = 0x894f,
  kEtherTypeQinq = 0x9100,
  kEtherTypeQinq2 = 0x9200,
};

/// IANA protocol numbers.
enum IpProtocol : std::uint8_t {
  kIpHopByHop = 0,
  kIpIcmp = 1,
  kIpIgmp = 2,
  kIpIpv4 = 4,
  kIpTcp = 6,
  kIpUdp = 17,
  kIpIpv6 = 41,
  kIpRouting = 43,
  kIpFragment = 44,
  kIpGre = 47,
  kIpEsp = 50,
  kIpAh = 51,
  kIpIcmpv6 = 58,
  kIpNoNext = 59,
  kIpDestinationOptions = 60,
  kIpEtherIp = 97,
  kIpL2tp = 115,
  kIpSctp = 132,
  kIpMobility = 135,
  kIpUdpLite = 136,
  kIpMpls = 137,
  kIpHip = 139,
  kIpShim6 = 140,
  kIpEthernet = 143,
};

/// The bytes of one layer: what was captured of it and how long it was on the wire; captured <= wire.
/// Reads outside of what was captured give 0, so has() decides and nothing else can go wrong.
struct Layer {
  const std::uint8_t* data;
  std::uint32_t captured;
  std::uint32_t wire;

  bool has(std::uint32_t bytes) const noexcept { return captured >= bytes; }
  std::uint8_t u8(std::uint32_t at) const noexcept { return at < captured ? data[at] : std::uint8_t{0}; }
  std::uint16_t u16(std::uint32_t at) const noexcept {
    return captured >= 2 && at <= captured - 2 ? load_be16(data + at) : std::uint16_t{0};
  }
  std::uint32_t u32(std::uint32_t at) const noexcept {
    return captured >= 4 && at <= captured - 4 ? load_be32(data + at) : 0;
  }
  std::uint16_t u16_little(std::uint32_t at) const noexcept { return __builtin_bswap16(u16(at)); }
  std::uint32_t u32_little(std::uint32_t at) const noexcept { return __builtin_bswap32(u32(at)); }

  /// What follows the first bytes; at most what is there.
  Layer after(std::uint32_t bytes) const noexcept {
    const std::uint32_t here = bytes < captured ? bytes : captured;
    return {data + here, captured - here, wire - (bytes < wire ? bytes : wire)};
  }
  /// The first bytes, or all.
  Layer first(std::uint32_t bytes) const noexcept {
    return {data, captured < bytes ? captured : bytes, wire < bytes ? wire : bytes};
  }
  /// Without its last bytes (a check sequence).
  Layer without_trailer(std::uint32_t bytes) const noexcept { return first(wire - (bytes < wire ? bytes : wire)); }
};

/// What is known on the way down one frame. The view always describes the innermost IP header that was good; the
/// encapsulations passed after it become the view's only when another good IP header comes.
struct Walk {
  PacketView& view;
  FragmentTable& fragments;

  const std::uint8_t* src = nullptr;  ///< addresses of that IP header, in the frame
  const std::uint8_t* dst = nullptr;
  FlowKeyRest rest;  ///< ip_version 0: no good IP header yet
  std::uint16_t src_port = 0, dst_port = 0;

  Tunnel tunnel = Tunnel::kNone;    ///< the last encapsulation passed
  std::uint32_t tunnel_id = 0;      ///< on this packet
  std::uint32_t tunnel_key_id = 0;  ///< the part that is the same in both directions
  std::uint8_t layers = 0;          ///< encapsulations passed
  std::uint8_t link_tags = 0;       ///< VLAN and similar tags passed, in all layers together
  bool vlan_seen = false;

  bool first_fragment = false;    ///< the datagram noted last waits for its flow
  FragmentTable::Match datagram;  ///< flow != null: this is a later fragment of that flow

  explicit Walk(PacketView& to, FragmentTable& table) noexcept : view(to), fragments(table) {}

  void refuse(DecodeStatus status) noexcept { view.status = status; }
  /// Passes an encapsulation; false, with the status set, when there are too many.
  /// key_id: what identifies the tunnel in both directions alike, id: as on this packet.
  bool enter(Tunnel kind, std::uint32_t id, std::uint32_t key_id) noexcept {
    if (layers == kTunnelLayersMax) {
      refuse(DecodeStatus::kTunnelDepth);
      return false;
    }
    ++layers;
    tunnel = kind;
    tunnel_id = id;
    tunnel_key_id = key_id;
    return true;
  }
  /// A good IP header begins at header: the view describes it from now on.
  void accept_ip(const Layer& header, std::uint8_t version, std::uint8_t ttl, const std::uint8_t* from,
                 const std::uint8_t* to) noexcept;
  void accept_transport(const Layer& header, TransportLayer kind) noexcept {
    view.transport = kind;
    view.transport_offset = offset_of(header.data);
  }
  void set_payload(const Layer& payload) noexcept {
    view.payload_data = payload.captured != 0 ? payload.data : nullptr;
    view.payload_captured_bytes = payload.captured;
    view.payload_bytes = payload.wire;
  }
  std::uint16_t offset_of(const std::uint8_t* at) const noexcept {
    const auto offset = at - view.frame;
    return offset < 0xffff ? static_cast<std::uint16_t>(offset) : std::uint16_t{0xffff};
  }
};

void decode_link(Walk& walk, const Layer& frame, LinkType type) noexcept;
void decode_ethernet(Walk& walk, Layer frame) noexcept;
void decode_ethertype(Walk& walk, std::uint16_t type, Layer layer) noexcept;
/// type: an EtherType, or the IEEE 802.3 length that bounds an LLC header.
void decode_ethertype_or_length(Walk& walk, std::uint16_t type, Layer layer) noexcept;
void decode_llc(Walk& walk, Layer layer) noexcept;
/// IPv4 or IPv6 by the first nibble; anything else is not IP.
void decode_ip_by_nibble(Walk& walk, const Layer& layer) noexcept;

void decode_wlan(Walk& walk, Layer frame) noexcept;
void decode_radiotap(Walk& walk, const Layer& frame) noexcept;
void decode_prism_or_avs(Walk& walk, const Layer& frame) noexcept;
void decode_ppi(Walk& walk, const Layer& frame) noexcept;

void decode_mpls(Walk& walk, Layer layer) noexcept;
void decode_pppoe(Walk& walk, Layer layer) noexcept;
/// From the address and control bytes, or from the protocol if they are compressed away.
void decode_ppp(Walk& walk, Layer layer) noexcept;
void decode_nsh(Walk& walk, Layer layer) noexcept;

void decode_ipv4(Walk& walk, Layer layer) noexcept;
void decode_ipv6(Walk& walk, Layer layer) noexcept;
/// What an IP header carries after its extension headers.
void decode_ip_payload(Walk& walk, std::uint8_t protocol, const Layer& layer) noexcept;

void decode_gre(Walk& walk, Layer layer) noexcept;
void decode_l2tpv3_ip(Walk& walk, const Layer& layer) noexcept;
void decode_udp_tunnel(Walk& walk, const Layer& payload) noexcept;
void decode_l2tp_udp(Walk& walk, const Layer& payload) noexcept;
void decode_capwap(Walk& walk, const Layer& payload) noexcept;

/// Does an IP header begin here whose lengths fit? For guesses; changes nothing.
bool looks_like_ip(const Layer& layer) noexcept;
/// Does an Ethernet header with a known EtherType begin here, and IP behind it if it says so?
bool looks_like_ethernet(const Layer& layer) noexcept;

}  // namespace netpulse
