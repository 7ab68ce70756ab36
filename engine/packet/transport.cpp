#include "engine/packet/layers.h"
#include "engine/packet/udp_tunnel_ports.h"

namespace netpulse {
namespace {

constexpr std::uint32_t kPortsBytes = 4, kTcpBytes = 20, kUdpBytes = 8, kSctpBytes = 12, kIcmpBytes = 8,
                        kIcmpv6Bytes = 4, kIgmpBytes = 8, kEspBytes = 8, kAhBytesMin = 12;
/// AH in AH (RFC 4302 does not forbid it).
constexpr int kAhHeadersMax = 4;

/// The view keeps the IP header; nothing behind it is trusted.
void refuse_transport(Walk& walk, DecodeStatus status) noexcept {
  walk.set_payload({nullptr, 0, 0});
  walk.refuse(status);
}

void read_ports(Walk& walk, const Layer& layer) noexcept {
  walk.src_port = layer.u16(0);
  walk.dst_port = layer.u16(2);
}

/// A header that ends early: ports, if they are there, still tell the flow, but there is no payload.
/// bytes_needed: of the header, for the fields that a view has.
void decode_cut_header(Walk& walk, const Layer& layer, TransportLayer kind, std::uint32_t bytes_needed) noexcept {
  refuse_transport(walk, DecodeStatus::kTransportTruncated);
  if (!layer.has(kPortsBytes)) return;
  read_ports(walk, layer);
  if (layer.has(bytes_needed)) walk.accept_transport(layer, kind);
}

void read_tcp_fields(PacketView& view, const Layer& layer) noexcept {
  view.tcp_seq = layer.u32(4);
  view.tcp_ack = layer.u32(8);
  view.tcp_flags = layer.u8(13);
  view.tcp_window = layer.u16(14);
}

void decode_tcp(Walk& walk, const Layer& layer) noexcept {
  if (!layer.has(kTcpBytes)) {
    constexpr std::uint32_t kUpToWindowBytes = 16;
    decode_cut_header(walk, layer, TransportLayer::kTcp, kUpToWindowBytes);
    if (layer.has(kUpToWindowBytes)) read_tcp_fields(walk.view, layer);
    return;
  }
  const std::uint32_t header = (layer.u8(12) >> 4) * 4u;
  if (header < kTcpBytes) return refuse_transport(walk, DecodeStatus::kTransportBadHeader);
  if (header > layer.wire) {
    const bool tiny = walk.view.is(PacketView::kFlagFirstFragment);
    return refuse_transport(walk, tiny ? DecodeStatus::kTransportTruncated : DecodeStatus::kTransportBadHeader);
  }
  read_ports(walk, layer);
  walk.accept_transport(layer, TransportLayer::kTcp);
  read_tcp_fields(walk.view, layer);
  // Options cut by the snap length cost nothing that is used here.
  walk.set_payload(layer.after(header));
}

void decode_udp(Walk& walk, const Layer& layer, bool lite) noexcept {
  if (!layer.has(kUdpBytes)) return decode_cut_header(walk, layer, TransportLayer::kUdp, kPortsBytes);
  // UDP-Lite has its checksum's coverage in this place (RFC 3828). Zero: a jumbogram or offloaded segmentation.
  const std::uint32_t length = lite ? 0 : layer.u16(4);
  if (length != 0 && length < kUdpBytes) return refuse_transport(walk, DecodeStatus::kTransportBadHeader);
  read_ports(walk, layer);
  walk.accept_transport(layer, TransportLayer::kUdp);
  const Layer payload = (length != 0 ? layer.first(length) : layer).after(kUdpBytes);
  walk.set_payload(payload);
  if (!lite && (may_be_udp_tunnel(walk.src_port) || may_be_udp_tunnel(walk.dst_port))) decode_udp_tunnel(walk, payload);
}

/// A header of fixed length; false, with the status set, when it is cut.
bool decode_fixed(Walk& walk, const Layer& layer, TransportLayer kind, std::uint32_t header) noexcept {
  if (!layer.has(header)) {
    refuse_transport(walk, DecodeStatus::kTransportTruncated);
    return false;
  }
  walk.accept_transport(layer, kind);
  walk.set_payload(layer.after(header));
  return true;
}

/// The identifier of an echo stands in both ports, so that request and reply are one flow.
void read_echo_identifier(Walk& walk, const Layer& layer, std::uint8_t request, std::uint8_t reply) noexcept {
  if (layer.u8(0) == request || layer.u8(0) == reply) walk.src_port = walk.dst_port = layer.u16(4);
}

void decode_ip_in_ip(Walk& walk, std::uint8_t version, Tunnel kind, std::uint32_t id, const Layer& layer) noexcept {
  if (!walk.enter(kind, id, 0)) return;
  version == 4 ? decode_ipv4(walk, layer) : decode_ipv6(walk, layer);
}

/// RFC 4302 section 2. Walks the headers and goes on with what they protect.
void decode_ah(Walk& walk, Layer layer) noexcept {
  std::uint8_t next = kIpAh;
  std::uint32_t spi = 0;
  for (int headers = 0; next == kIpAh; ++headers) {
    if (headers == kAhHeadersMax) return walk.refuse(DecodeStatus::kTunnelDepth);
    const std::uint32_t header = (layer.u8(1) + 2u) * 4;
    if (!layer.has(kAhBytesMin) || !layer.has(header)) return refuse_transport(walk, DecodeStatus::kTransportTruncated);
    if (header < kAhBytesMin) return refuse_transport(walk, DecodeStatus::kTransportBadHeader);
    walk.accept_transport(layer, TransportLayer::kAh);
    next = layer.u8(0);
    spi = layer.u32(4);
    layer = layer.after(header);
    walk.set_payload(layer);
  }
  if (next == kIpIpv4 || next == kIpIpv6)
    return decode_ip_in_ip(walk, next == kIpIpv4 ? std::uint8_t{4} : std::uint8_t{6}, Tunnel::kAh, spi, layer);
  if (next == kIpNoNext) return;
  walk.rest.protocol = next;
  decode_ip_payload(walk, next, layer);
}

void decode_etherip(Walk& walk, const Layer& layer) noexcept {
  constexpr std::uint32_t kEtherIpBytes = 2;  // RFC 3378: version 3 and 12 reserved bits
  if (!layer.has(kEtherIpBytes)) return walk.refuse(DecodeStatus::kTunnelTruncated);
  if (layer.u8(0) >> 4 != 3) return walk.refuse(DecodeStatus::kTunnelBadHeader);
  if (walk.enter(Tunnel::kOther, 0, 0)) decode_ethernet(walk, layer.after(kEtherIpBytes));
}

}  // namespace

void decode_ip_payload(Walk& walk, std::uint8_t protocol, const Layer& layer) noexcept {
  const bool v6 = walk.rest.ip_version == 6;
  walk.set_payload(layer);
  switch (protocol) {
    case kIpTcp:
      return decode_tcp(walk, layer);
    case kIpUdp:
      return decode_udp(walk, layer, false);
    case kIpUdpLite:
      return decode_udp(walk, layer, true);
    case kIpSctp:
      if (!layer.has(kSctpBytes)) return decode_cut_header(walk, layer, TransportLayer::kSctp, kPortsBytes);
      decode_fixed(walk, layer, TransportLayer::kSctp, kSctpBytes);
      return read_ports(walk, layer);
    case kIpIcmp:
      if (decode_fixed(walk, layer, TransportLayer::kIcmp, kIcmpBytes)) read_echo_identifier(walk, layer, 8, 0);
      return;
    case kIpIcmpv6:
      if (decode_fixed(walk, layer, TransportLayer::kIcmpv6, kIcmpv6Bytes)) read_echo_identifier(walk, layer, 128, 129);
      return;
    case kIpIgmp:
      decode_fixed(walk, layer, TransportLayer::kIgmp, kIgmpBytes);
      return;
    case kIpEsp:
      decode_fixed(walk, layer, TransportLayer::kEsp, kEspBytes);
      return;
    case kIpAh:
      return decode_ah(walk, layer);
    case kIpIpv4:
      return decode_ip_in_ip(walk, 4, v6 ? Tunnel::k4in6 : Tunnel::kIpIp, 0, layer);
    case kIpIpv6:
      return decode_ip_in_ip(walk, 6, v6 ? Tunnel::kIpIp : Tunnel::k6in4, 0, layer);
    case kIpGre:
      return decode_gre(walk, layer);
    case kIpL2tp:
      return decode_l2tpv3_ip(walk, layer);
    case kIpMpls:
      return decode_mpls(walk, layer);
    case kIpEtherIp:
      return decode_etherip(walk, layer);
    case kIpEthernet:
      if (walk.enter(Tunnel::kOther, 0, 0)) decode_ethernet(walk, layer);
      return;
    default:
      return;
  }
}

}  // namespace netpulse
