#include "engine/packet/layers.h"
#include "engine/packet/udp_tunnel_ports.h"

/// Tunnels that are known by a UDP port only. The port may be anybody's: what does not fit leaves the packet as it is,
/// without complaint, unless the tunnel's own header leaves no doubt.
namespace netpulse {
namespace {

constexpr std::uint32_t kVxlanBytes = 8, kGeneveBytes = 8, kGtpBytes = 8, kGtpOptionalBytes = 4, kLispBytes = 8,
                        kIpv6Bytes = 40;
constexpr int kGtpExtensionHeadersMax = 16;

/// RFC 7348 section 5.
void decode_vxlan(Walk& walk, const Layer& layer) noexcept {
  constexpr std::uint8_t kValidVni = 0x08;
  if (layer.wire < kVxlanBytes || (layer.u8(0) & kValidVni) == 0) return;
  if (!layer.has(kVxlanBytes)) return walk.refuse(DecodeStatus::kTunnelTruncated);
  const std::uint32_t vni = layer.u32(4) >> 8;
  const Layer inner = layer.after(kVxlanBytes);
  if (walk.enter(Tunnel::kVxlan, vni, vni)) decode_ethernet(walk, inner);
}

/// draft-ietf-nvo3-vxlan-gpe section 3.
void decode_vxlan_gpe(Walk& walk, const Layer& layer) noexcept {
  constexpr std::uint8_t kValidVni = 0x08, kNextProtocol = 0x04, kVersion = 0x30;
  if (layer.wire < kVxlanBytes || (layer.u8(0) & (kValidVni | kVersion)) != kValidVni) return;
  if (!layer.has(kVxlanBytes)) return walk.refuse(DecodeStatus::kTunnelTruncated);
  const std::uint32_t vni = layer.u32(4) >> 8;
  const Layer inner = layer.after(kVxlanBytes);
  if (!walk.enter(Tunnel::kVxlanGpe, vni, vni)) return;
  switch ((layer.u8(0) & kNextProtocol) != 0 ? layer.u8(3) : 3) {
    case 1:
      return decode_ipv4(walk, inner);
    case 2:
      return decode_ipv6(walk, inner);
    case 3:
      return decode_ethernet(walk, inner);
    case 4:
      return decode_nsh(walk, inner);
    case 5:
      return decode_mpls(walk, inner);
    default:
      return;
  }
}

/// RFC 8926 section 3.4.
void decode_geneve(Walk& walk, const Layer& layer) noexcept {
  const unsigned version = layer.u8(0) >> 6;
  const std::uint16_t type = layer.u16(2);
  const bool known = type == kEtherTypeTransparentBridging || type == kEtherTypeIpv4 || type == kEtherTypeIpv6 ||
                     type == kEtherTypeMpls || type == kEtherTypeNsh;
  if (layer.wire < kGeneveBytes || version != 0 || !known) return;
  const std::uint32_t header = kGeneveBytes + (layer.u8(0) & 0x3fu) * 4;
  if (header > layer.wire) return walk.refuse(DecodeStatus::kTunnelBadHeader);
  if (!layer.has(header)) return walk.refuse(DecodeStatus::kTunnelTruncated);
  const std::uint32_t vni = layer.u32(4) >> 8;
  if (walk.enter(Tunnel::kGeneve, vni, vni)) decode_ethertype(walk, type, layer.after(header));
}

/// 3GPP TS 29.281 section 5. Only a T-PDU carries a user's packet.
void decode_gtp_u(Walk& walk, const Layer& layer) noexcept {
  constexpr std::uint8_t kTpdu = 0xff, kOptional = 0x07, kExtension = 0x04;
  if (layer.wire < kGtpBytes || (layer.u8(0) & 0xf0) != 0x30 || layer.u8(1) != kTpdu) return;
  if (!layer.has(kGtpBytes)) return walk.refuse(DecodeStatus::kTunnelTruncated);
  const std::uint32_t teid = layer.u32(4);
  Layer inner = layer.after(kGtpBytes).first(layer.u16(2));
  if ((layer.u8(0) & kOptional) != 0) {
    if (!inner.has(kGtpOptionalBytes)) return walk.refuse(DecodeStatus::kTunnelTruncated);
    std::uint8_t next = (layer.u8(0) & kExtension) != 0 ? inner.u8(3) : std::uint8_t{0};
    inner = inner.after(kGtpOptionalBytes);
    for (int headers = 0; next != 0; ++headers) {
      const std::uint32_t length = inner.u8(0) * 4u;
      if (headers == kGtpExtensionHeadersMax || (length == 0 && inner.has(1)))
        return walk.refuse(DecodeStatus::kTunnelBadHeader);
      if (length == 0 || !inner.has(length)) return walk.refuse(DecodeStatus::kTunnelTruncated);
      next = inner.u8(length - 1);
      inner = inner.after(length);
    }
  }
  if (walk.enter(Tunnel::kGtpU, teid, 0)) decode_ip_by_nibble(walk, inner);
}

/// RFC 4380 section 5.1.1: authentication and origin indication may precede the IPv6 packet.
void decode_teredo(Walk& walk, Layer layer) noexcept {
  constexpr std::uint16_t kAuthentication = 0x0001, kOrigin = 0x0000;
  constexpr std::uint32_t kAuthenticationBytes = 4 + 8 + 1, kOriginBytes = 8;
  if (layer.has(kAuthenticationBytes) && layer.u16(0) == kAuthentication)
    layer = layer.after(kAuthenticationBytes + layer.u8(2) + layer.u8(3));
  if (layer.has(kOriginBytes) && layer.u16(0) == kOrigin) layer = layer.after(kOriginBytes);
  if (layer.u8(0) >> 4 != 6 || !layer.has(kIpv6Bytes) || layer.u16(4) + kIpv6Bytes > layer.wire) return;
  if (walk.enter(Tunnel::kTeredo, 0, 0)) decode_ipv6(walk, layer);
}

/// RFC 9300 section 5.1.
void decode_lisp(Walk& walk, const Layer& layer) noexcept {
  const Layer inner = layer.after(kLispBytes);
  if (!layer.has(kLispBytes) || !looks_like_ip(inner)) return;
  if (walk.enter(Tunnel::kOther, 0, 0)) decode_ip_by_nibble(walk, inner);
}

}  // namespace

void decode_udp_tunnel(Walk& walk, const Layer& payload) noexcept {
  const std::uint16_t from = walk.src_port, to = walk.dst_port;
  const auto either = [&](std::uint16_t port) { return from == port || to == port; };
  // The source port of these is entropy, and no sign of a tunnel.
  if (to == udp_port::kVxlan || to == udp_port::kVxlanLinux) return decode_vxlan(walk, payload);
  if (to == udp_port::kVxlanGpe) return decode_vxlan_gpe(walk, payload);
  if (to == udp_port::kGeneve) return decode_geneve(walk, payload);
  if (to == udp_port::kLispData) return decode_lisp(walk, payload);
  if (either(udp_port::kGtpU)) return decode_gtp_u(walk, payload);
  if (either(udp_port::kTeredo)) return decode_teredo(walk, payload);
  if (either(udp_port::kL2tp)) return decode_l2tp_udp(walk, payload);
  if (either(udp_port::kCapwapData)) return decode_capwap(walk, payload);
}

}  // namespace netpulse
