#include "engine/packet/layers.h"

namespace netpulse {
namespace {

constexpr std::uint32_t kEthernetBytes = 14, kVlanBytes = 4, kSllBytes = 16, kSll2Bytes = 20, kNullBytes = 4,
                        kNflogBytes = 4, kPktapBytesMin = 12;

/// Address families as the BSDs, macOS, Linux and Windows number them.
void decode_family(Walk& walk, std::uint32_t family, const Layer& layer) noexcept {
  switch (family) {
    case 2:
      return decode_ipv4(walk, layer);
    case 10:
    case 23:
    case 24:
    case 28:
    case 30:
      return decode_ipv6(walk, layer);
    default:
      return;
  }
}

/// LINKTYPE_NULL has the family in the byte order of whoever captured, LINKTYPE_LOOP in network order.
void decode_null(Walk& walk, const Layer& frame) noexcept {
  if (!frame.has(kNullBytes)) return walk.refuse(DecodeStatus::kLinkTruncated);
  const std::uint32_t big = frame.u32(0), little = frame.u32_little(0);
  // Neither order gives a family: some systems put an EtherType there.
  if (big > 0xffff && little > 0xffff) return decode_ethertype(walk, frame.u16(2), frame.after(kNullBytes));
  decode_family(walk, big <= 0xffff ? big : little, frame.after(kNullBytes));
}

void decode_sll_protocol(Walk& walk, std::uint16_t protocol, const Layer& layer) noexcept {
  constexpr std::uint16_t kLlc = 4;
  if (protocol == kLlc) return decode_llc(walk, layer);
  decode_ethertype(walk, protocol, layer);
}

void decode_sll(Walk& walk, const Layer& frame) noexcept {
  if (!frame.has(kSllBytes)) return walk.refuse(DecodeStatus::kLinkTruncated);
  decode_sll_protocol(walk, frame.u16(14), frame.after(kSllBytes));
}

void decode_sll2(Walk& walk, const Layer& frame) noexcept {
  if (!frame.has(kSll2Bytes)) return walk.refuse(DecodeStatus::kLinkTruncated);
  decode_sll_protocol(walk, frame.u16(0), frame.after(kSll2Bytes));
}

void decode_cisco_hdlc(Walk& walk, const Layer& frame) noexcept {
  if (!frame.has(4)) return walk.refuse(DecodeStatus::kLinkTruncated);
  decode_ethertype(walk, frame.u16(2), frame.after(4));
}

/// PPP in HDLC-like framing, or Cisco's framing on the same kind of line.
void decode_ppp_hdlc(Walk& walk, const Layer& frame) noexcept {
  const std::uint16_t start = frame.u16(0);
  if (start == 0x0f00 || start == 0x8f00) return decode_cisco_hdlc(walk, frame);
  decode_ppp(walk, frame);
}

/// RFC 2427: Q.922 address, control 0x03, NLPID.
void decode_frame_relay(Walk& walk, const Layer& frame) noexcept {
  if (!frame.has(4)) return walk.refuse(DecodeStatus::kLinkTruncated);
  if (frame.u8(2) != 0x03) return decode_ethertype(walk, frame.u16(2), frame.after(4));
  const std::uint32_t at = frame.u8(3) == 0 ? 4u : 3u;  // an optional pad byte
  switch (frame.u8(at)) {
    case 0xcc:
      return decode_ipv4(walk, frame.after(at + 1));
    case 0x8e:
      return decode_ipv6(walk, frame.after(at + 1));
    case 0x80:
      return decode_ethertype(walk, frame.u16(at + 4), frame.after(at + 6));
    default:
      return;
  }
}

/// Linux NFLOG: a header, then attributes in the host's byte order; one of them is the packet.
void decode_nflog(Walk& walk, const Layer& frame) noexcept {
  constexpr std::uint16_t kPayload = 9;
  constexpr int kAttributesMax = 64;
  if (!frame.has(kNflogBytes)) return walk.refuse(DecodeStatus::kLinkTruncated);
  const std::uint8_t family = frame.u8(0);
  Layer layer = frame.after(kNflogBytes);
  for (int i = 0; i < kAttributesMax && layer.wire >= 4; ++i) {
    if (!layer.has(4)) return walk.refuse(DecodeStatus::kLinkTruncated);
    // A length is far below 0x100 * 0x100 either way; the payload's type tells the byte order.
    const bool big = layer.u16(2) < layer.u16_little(2);
    const std::uint32_t length = big ? layer.u16(0) : layer.u16_little(0);
    const std::uint32_t type = big ? layer.u16(2) : layer.u16_little(2);
    if (length < 4) return walk.refuse(DecodeStatus::kLinkTruncated);
    if (type == kPayload) {
      const Layer packet = layer.first(length).after(4);
      return family == 2 || family == 10 ? decode_family(walk, family, packet) : decode_ip_by_nibble(walk, packet);
    }
    layer = layer.after((length + 3) / 4 * 4);
  }
}

/// Apple's PKTAP: its length, a record type and the inner link type in little-endian order.
void decode_pktap(Walk& walk, const Layer& frame) noexcept {
  const std::uint32_t header = frame.u32_little(0), inner = frame.u32_little(8);
  if (!frame.has(kPktapBytesMin) || header < kPktapBytesMin || !frame.has(header))
    return walk.refuse(DecodeStatus::kLinkTruncated);
  // A wrapper in a wrapper is nobody's capture.
  const auto type = static_cast<LinkType>(inner);
  if (inner > 0xffff || type == LinkType::kPktap || type == LinkType::kPpi)
    return walk.refuse(DecodeStatus::kUnknownLinkType);
  decode_link(walk, frame.after(header), type);
}

/// 802.1Q, 802.1ad and their forerunners. The outermost tag's VID is the packet's.
void decode_vlan(Walk& walk, Layer layer) noexcept {
  if (!layer.has(kVlanBytes)) return walk.refuse(DecodeStatus::kLinkTruncated);
  if (walk.link_tags++ == kVlanTagsMax) return walk.refuse(DecodeStatus::kTunnelDepth);
  if (!walk.vlan_seen) walk.view.vlan_id = layer.u16(0) & 0x0fff;
  walk.vlan_seen = true;
  decode_ethertype_or_length(walk, layer.u16(2), layer.after(kVlanBytes));
}

/// Cisco MetaData (TrustSec): a security group tag before the EtherType.
void decode_cisco_metadata(Walk& walk, const Layer& layer) noexcept {
  constexpr std::uint32_t kMetadataBytes = 8;
  if (!layer.has(kMetadataBytes)) return walk.refuse(DecodeStatus::kLinkTruncated);
  // Counted with the VLAN tags, so that a chain of both ends as well.
  if (walk.link_tags++ == kVlanTagsMax) return walk.refuse(DecodeStatus::kTunnelDepth);
  decode_ethertype(walk, layer.u16(6), layer.after(kMetadataBytes));
}

/// IEEE 802.1ah: an I-TAG, then a customer's whole Ethernet frame.
void decode_backbone_service(Walk& walk, const Layer& layer) noexcept {
  constexpr std::uint32_t kServiceTagBytes = 4;
  if (!layer.has(kServiceTagBytes)) return walk.refuse(DecodeStatus::kLinkTruncated);
  const std::uint32_t service = layer.u32(0) & 0xffffff;
  if (walk.enter(Tunnel::kOther, service, service)) decode_ethernet(walk, layer.after(kServiceTagBytes));
}

}  // namespace

void decode_link(Walk& walk, const Layer& frame, LinkType type) noexcept {
  switch (type) {
    case LinkType::kEthernet:
      return decode_ethernet(walk, frame);
    case LinkType::kNull:
    case LinkType::kLoop:
      return decode_null(walk, frame);
    case LinkType::kRaw:
    case LinkType::kRawBsd:
    case LinkType::kRawOpenBsd:
      if (frame.captured == 0) return walk.refuse(DecodeStatus::kLinkTruncated);
      return decode_ip_by_nibble(walk, frame);
    case LinkType::kIpv4:
      return decode_ipv4(walk, frame);
    case LinkType::kIpv6:
      return decode_ipv6(walk, frame);
    case LinkType::kLinuxSll:
      return decode_sll(walk, frame);
    case LinkType::kLinuxSll2:
      return decode_sll2(walk, frame);
    case LinkType::kPpp:
    case LinkType::kPppHdlc:
      return decode_ppp_hdlc(walk, frame);
    case LinkType::kPppWithDirection:
      return decode_ppp_hdlc(walk, frame.after(1));
    case LinkType::kPppoe:
      return decode_pppoe(walk, frame);
    case LinkType::kCiscoHdlc:
      return decode_cisco_hdlc(walk, frame);
    case LinkType::kFrameRelay:
      return decode_frame_relay(walk, frame);
    case LinkType::kWlan:
      return decode_wlan(walk, frame);
    case LinkType::kWlanRadiotap:
      return decode_radiotap(walk, frame);
    case LinkType::kWlanPrism:
    case LinkType::kWlanAvs:
      return decode_prism_or_avs(walk, frame);
    case LinkType::kPpi:
      return decode_ppi(walk, frame);
    case LinkType::kPktap:
      return decode_pktap(walk, frame);
    case LinkType::kNflog:
      return decode_nflog(walk, frame);
    case LinkType::kNetlink:
      return;
  }
  walk.refuse(DecodeStatus::kUnknownLinkType);
}

void decode_ethernet(Walk& walk, Layer frame) noexcept {
  if (!frame.has(kEthernetBytes)) return walk.refuse(DecodeStatus::kLinkTruncated);
  decode_ethertype_or_length(walk, frame.u16(12), frame.after(kEthernetBytes));
}

void decode_ethertype_or_length(Walk& walk, std::uint16_t type, Layer layer) noexcept {
  constexpr std::uint16_t kLengthMax = 1500;
  if (type >= kEtherTypeMin) return decode_ethertype(walk, type, layer);
  if (type <= kLengthMax) decode_llc(walk, layer.first(type));
}

void decode_ethertype(Walk& walk, std::uint16_t type, Layer layer) noexcept {
  switch (type) {
    case kEtherTypeIpv4:
      return decode_ipv4(walk, layer);
    case kEtherTypeIpv6:
      return decode_ipv6(walk, layer);
    case kEtherTypeArp:
      // In a tunnel the tunnel's own flow says more.
      if (walk.rest.ip_version == 0) {
        walk.view.network = NetworkLayer::kArp;
        walk.view.network_offset = walk.offset_of(layer.data);
      }
      return;
    case kEtherTypeVlan:
    case kEtherTypeServiceVlan:
    case kEtherTypeQinq:
    case kEtherTypeQinq2:
      return decode_vlan(walk, layer);
    case kEtherTypeCiscoMetadata:
      return decode_cisco_metadata(walk, layer);
    case kEtherTypeMpls:
    case kEtherTypeMplsUpstream:
      return decode_mpls(walk, layer);
    case kEtherTypePppoeSession:
      return decode_pppoe(walk, layer);
    case kEtherTypePpp:
      return decode_ppp(walk, layer);
    case kEtherTypeTransparentBridging:
      return decode_ethernet(walk, layer);
    case kEtherTypeBackboneService:
      return decode_backbone_service(walk, layer);
    case kEtherTypeNsh:
      return decode_nsh(walk, layer);
    case kEtherTypeJumboLlc:
      return decode_llc(walk, layer);
    default:
      return;
  }
}

void decode_llc(Walk& walk, Layer layer) noexcept {
  constexpr std::uint16_t kSnap = 0xaaaa, kIp = 0x0606;
  if (layer.wire < 3) return;
  if (!layer.has(3)) return walk.refuse(DecodeStatus::kLinkTruncated);
  if (layer.u16(0) == kIp) return decode_ipv4(walk, layer.after(3));
  if (layer.u16(0) != kSnap || layer.wire < 8) return;
  if (!layer.has(8)) return walk.refuse(DecodeStatus::kLinkTruncated);
  // RFC 1042, and IEEE 802.1H for the bridged form.
  const std::uint32_t organisation = layer.u32(2) & 0xffffff;
  if (organisation == 0 || organisation == 0xf8) decode_ethertype(walk, layer.u16(6), layer.after(8));
}

bool looks_like_ethernet(const Layer& layer) noexcept {
  if (!layer.has(kEthernetBytes)) return false;
  std::uint32_t at = 12;
  for (int tags = 0; tags <= kVlanTagsMax; ++tags, at += kVlanBytes) {
    switch (layer.u16(at)) {
      case kEtherTypeIpv4:
      case kEtherTypeIpv6:
        return looks_like_ip(layer.after(at + 2));
      case kEtherTypeArp:
      case kEtherTypeMpls:
      case kEtherTypePppoeSession:
        return true;
      case kEtherTypeVlan:
      case kEtherTypeServiceVlan:
      case kEtherTypeQinq:
      case kEtherTypeQinq2:
        break;
      default:
        return false;
    }
  }
  return false;
}

}  // namespace netpulse
