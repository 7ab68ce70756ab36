#include "engine/packet/decode.h"

#include "engine/packet/flow_key_writer.h"
#include "engine/packet/layers.h"
#include "engine/packet/udp_tunnel_ports.h"

namespace netpulse {
namespace {

constexpr std::uint32_t kEthernetBytes = 14, kVlanBytes = 4, kIpv4Bytes = 20, kIpv6Bytes = 40, kTcpBytes = 20,
                        kUdpBytes = 8;

void fill_frame(const RawPacket& raw, PacketView& view) noexcept {
  view.received_at = raw.received_at;
  view.number = raw.number;
  view.frame = raw.data;
  view.captured_bytes = raw.captured_bytes;
  view.wire_bytes = raw.wire_bytes;
  view.interface_index = raw.interface_index;
  view.flags = raw.captured_bytes < raw.wire_bytes ? PacketView::kFlagSnapped : std::uint8_t{0};
  view.status = DecodeStatus::kOk;
}

/// The link layer that the fast path knows: Ethernet, perhaps with one 802.1Q tag.
struct LinkHeader {
  std::uint16_t bytes;
  std::uint16_t vlan_id;
};

/// What the fast path found between the Ethernet header and the payload.
struct PlainTransport {
  std::uint32_t header_bytes;   ///< transport header
  std::uint32_t payload_bytes;  ///< on the wire
};

/// A TCP or UDP header at the beginning of length wire bytes, captured of them readable; header_bytes 0: not plain.
template <bool kTcp>
inline PlainTransport plain_transport(const std::uint8_t* header, std::uint32_t length,
                                      std::uint32_t captured) noexcept {
  if constexpr (kTcp) {
    if (captured < kTcpBytes) return {0, 0};
    const std::uint32_t bytes = header[12] >> 4 << 2;
    if (bytes < kTcpBytes || bytes > captured) return {0, 0};
    return {bytes, length - bytes};
  } else {
    if (captured < kUdpBytes) return {0, 0};
    const std::uint32_t udp_length = load_be16(header + 4);
    if (udp_length < kUdpBytes || udp_length > length) return {0, 0};
    if (may_be_udp_tunnel(load_be16(header)) || may_be_udp_tunnel(load_be16(header + 2))) return {0, 0};
    return {kUdpBytes, udp_length - kUdpBytes};
  }
}

/// The part of the fast path that the four combinations share. header: the transport header, length and captured: its
/// bytes together with the payload.
template <bool kTcp, bool kV6>
inline bool finish_plain(const RawPacket& raw, PacketView& view, const LinkHeader& link, const std::uint8_t* header,
                         std::uint32_t length, std::uint32_t captured, const HashSeed& seed) noexcept {
  const auto [header_bytes, payload_bytes] = plain_transport<kTcp>(header, length, captured);
  if (header_bytes == 0) [[unlikely]]
    return false;
  const std::uint8_t* const ip = raw.data + link.bytes;
  const std::uint16_t src_port = load_be16(header), dst_port = load_be16(header + 2);
  const FlowKeyRest rest{kTcp ? kIpTcp : kIpUdp, kV6 ? std::uint8_t{6} : std::uint8_t{4}};
  view.direction = kV6 ? write_key_v6(view.key, ip + 8, ip + 24, src_port, dst_port, rest)
                       : write_key_v4(view.key, ip + 12, ip + 16, src_port, dst_port, rest);
  view.hash = keyed_hash_48(&view.key, seed);
  fill_frame(raw, view);

  const std::uint32_t readable = captured - header_bytes;
  view.payload_bytes = payload_bytes;
  view.payload_captured_bytes = readable < payload_bytes ? readable : payload_bytes;
  view.payload_data = view.payload_captured_bytes != 0 ? header + header_bytes : nullptr;
  view.tcp_seq = kTcp ? load_be32(header + 4) : 0;
  view.tcp_ack = kTcp ? load_be32(header + 8) : 0;
  view.tcp_window = kTcp ? load_be16(header + 14) : std::uint16_t{0};
  view.tcp_flags = kTcp ? header[13] : std::uint8_t{0};
  view.tunnel_id = 0;
  view.network_offset = link.bytes;
  view.transport_offset = static_cast<std::uint16_t>(header - raw.data);
  view.vlan_id = link.vlan_id;
  view.network = kV6 ? NetworkLayer::kIpv6 : NetworkLayer::kIpv4;
  view.transport = kTcp ? TransportLayer::kTcp : TransportLayer::kUdp;
  view.tunnel_layers = 0;
  view.ttl = kV6 ? ip[7] : ip[8];
  view.ip_identification = kV6 ? std::uint16_t{0} : load_be16(ip + 4);
  return true;
}

/// Most packets: Ethernet with at most one tag, IP without options, TCP or UDP, whole headers, no tunnel. False: not
/// such a packet, and nothing in view means anything. Finds exactly what the general walk finds.
inline bool decode_plain(const RawPacket& raw, PacketView& view, const HashSeed& seed) noexcept {
  if (raw.link_type != static_cast<std::uint16_t>(LinkType::kEthernet) ||
      raw.captured_bytes < kEthernetBytes + kVlanBytes + kIpv4Bytes) [[unlikely]]
    return false;
  std::uint16_t type = load_be16(raw.data + 12);
  LinkHeader link{kEthernetBytes, 0};
  if (type == kEtherTypeVlan) {
    link = {kEthernetBytes + kVlanBytes, static_cast<std::uint16_t>(load_be16(raw.data + 14) & 0x0fff)};
    type = load_be16(raw.data + 16);
  }
  const std::uint8_t* const ip = raw.data + link.bytes;
  std::uint32_t wire = raw.wire_bytes - link.bytes;
  std::uint32_t captured = raw.captured_bytes - link.bytes;
  if (type == kEtherTypeIpv4) {
    const std::uint32_t total = load_be16(ip + 2);
    const bool fragment = (load_be16(ip + 6) & 0x3fff) != 0;
    if (ip[0] != 0x45 || fragment || total > wire || total < kIpv4Bytes) [[unlikely]]
      return false;
    captured = (captured < total ? captured : total) - kIpv4Bytes;
    wire = total - kIpv4Bytes;
    if (ip[9] == kIpTcp) return finish_plain<true, false>(raw, view, link, ip + kIpv4Bytes, wire, captured, seed);
    if (ip[9] == kIpUdp) return finish_plain<false, false>(raw, view, link, ip + kIpv4Bytes, wire, captured, seed);
    return false;
  }
  if (type == kEtherTypeIpv6 && captured >= kIpv6Bytes) {
    captured -= kIpv6Bytes;
    wire -= kIpv6Bytes;
    const std::uint32_t length = load_be16(ip + 4);
    if (ip[0] >> 4 != 6 || length > wire || length == 0) [[unlikely]]
      return false;
    captured = captured < length ? captured : length;
    if (ip[6] == kIpTcp) return finish_plain<true, true>(raw, view, link, ip + kIpv6Bytes, length, captured, seed);
    if (ip[6] == kIpUdp) return finish_plain<false, true>(raw, view, link, ip + kIpv6Bytes, length, captured, seed);
  }
  return false;
}

/// Key, direction and hash of what the walk found.
void finish_flow(Walk& walk, const HashSeed& seed) noexcept {
  PacketView& view = walk.view;
  if (walk.rest.ip_version == 0) {
    view.key = FlowKey{};
    view.hash = 0;
    return;
  }
  if (walk.datagram.flow != nullptr) {
    view.key = *walk.datagram.flow;
    view.direction = walk.datagram.direction;
  } else {
    view.direction = walk.rest.ip_version == 4
                         ? write_key_v4(view.key, walk.src, walk.dst, walk.src_port, walk.dst_port, walk.rest)
                         : write_key_v6(view.key, walk.src, walk.dst, walk.src_port, walk.dst_port, walk.rest);
  }
  view.hash = keyed_hash_48(&view.key, seed);
  if (walk.first_fragment) walk.fragments.set_flow(view.key, view.direction);
}

}  // namespace

Decoder::Decoder(const HashSeed& seed, std::size_t fragments_max) : seed_(seed), fragments_(seed, fragments_max) {}

void Decoder::decode(const RawPacket& raw, PacketView& view) noexcept {
  if (!decode_plain(raw, view, seed_)) [[unlikely]]
    decode_general(raw, view);
}

void Decoder::decode_general(const RawPacket& raw, PacketView& view) noexcept {
  fill_frame(raw, view);
  view.payload_data = nullptr;
  view.payload_captured_bytes = view.payload_bytes = 0;
  view.tcp_seq = view.tcp_ack = 0;
  view.tcp_window = 0;
  view.tcp_flags = 0;
  view.direction = Direction::kLoToHi;
  view.tunnel_id = 0;
  view.network_offset = view.transport_offset = 0xffff;
  view.vlan_id = 0;
  view.network = NetworkLayer::kOther;
  view.transport = TransportLayer::kOther;
  view.tunnel_layers = 0;
  view.ttl = 0;
  view.ip_identification = 0;
  Walk walk(view, fragments_);
  const std::uint32_t wire = raw.wire_bytes > raw.captured_bytes ? raw.wire_bytes : raw.captured_bytes;
  decode_link(walk, {raw.data, raw.captured_bytes, wire}, static_cast<LinkType>(raw.link_type));
  finish_flow(walk, seed_);
}

}  // namespace netpulse
