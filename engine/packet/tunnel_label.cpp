#include "engine/packet/layers.h"

namespace netpulse {
namespace {

constexpr std::uint32_t kMplsLabelBytes = 4, kControlWordBytes = 4, kPppoeBytes = 6, kNshBytesMin = 8;

/// A label stack does not say what it carries (RFC 4385 section 2, RFC 8469): look.
void decode_mpls_payload(Walk& walk, const Layer& layer) noexcept {
  const unsigned nibble = layer.u8(0) >> 4;
  if (nibble == 4 || nibble == 6) {
    // An address that begins with 4 or 6 on an Ethernet pseudowire looks like IP at first.
    if (!looks_like_ip(layer) && looks_like_ethernet(layer)) return decode_ethernet(walk, layer);
    return decode_ip_by_nibble(walk, layer);
  }
  const Layer behind_control_word = layer.after(kControlWordBytes);
  if (nibble == 0 && (looks_like_ethernet(behind_control_word) || !looks_like_ethernet(layer)))
    return looks_like_ethernet(behind_control_word) ? decode_ethernet(walk, behind_control_word)
           : looks_like_ip(behind_control_word)     ? decode_ip_by_nibble(walk, behind_control_word)
                                                    : void();
  if (looks_like_ethernet(layer)) decode_ethernet(walk, layer);
}

}  // namespace

void decode_mpls(Walk& walk, Layer layer) noexcept {
  std::uint32_t entry = 0;
  for (int labels = 0; (entry >> 8 & 1) == 0; ++labels) {
    if (labels == kMplsLabelsMax) return walk.refuse(DecodeStatus::kTunnelDepth);
    if (!layer.has(kMplsLabelBytes)) return walk.refuse(DecodeStatus::kTunnelTruncated);
    entry = layer.u32(0);
    layer = layer.after(kMplsLabelBytes);
  }
  // Labels differ by direction, so the key has none; the innermost one, the service's, is the packet's.
  if (walk.enter(Tunnel::kMpls, entry >> 12, 0)) decode_mpls_payload(walk, layer);
}

void decode_pppoe(Walk& walk, Layer layer) noexcept {
  constexpr std::uint8_t kVersionAndType = 0x11, kSessionData = 0;
  if (!layer.has(kPppoeBytes)) return walk.refuse(DecodeStatus::kTunnelTruncated);
  if (layer.u8(0) != kVersionAndType) return walk.refuse(DecodeStatus::kTunnelBadHeader);
  if (layer.u8(1) != kSessionData) return;
  const std::uint32_t session = layer.u16(2), length = layer.u16(4);
  if (walk.enter(Tunnel::kPppoe, session, session)) decode_ppp(walk, layer.after(kPppoeBytes).first(length));
}

void decode_ppp(Walk& walk, Layer layer) noexcept {
  // Address and control may be compressed away, and so may the protocol's first byte if it is zero (RFC 1661
  // sections 6.5 and 6.6): the last byte of a protocol is odd, all before it are even.
  if (layer.u16(0) == 0xff03) layer = layer.after(2);
  const std::uint32_t bytes = (layer.u8(0) & 1) != 0 ? 1u : 2u;
  if (!layer.has(bytes)) return walk.refuse(DecodeStatus::kTunnelTruncated);
  const std::uint16_t protocol = bytes == 1 ? layer.u8(0) : layer.u16(0);
  layer = layer.after(bytes);
  switch (protocol) {
    case 0x0021:
      return decode_ipv4(walk, layer);
    case 0x0057:
      return decode_ipv6(walk, layer);
    case 0x0281:
    case 0x0283:
      return decode_mpls(walk, layer);
    default:
      return;
  }
}

/// RFC 8300 section 2.
void decode_nsh(Walk& walk, Layer layer) noexcept {
  if (!layer.has(kNshBytesMin)) return walk.refuse(DecodeStatus::kTunnelTruncated);
  const std::uint32_t header = (layer.u8(1) & 0x3fu) * 4;
  if (layer.u8(0) >> 6 != 0 || header < kNshBytesMin) return walk.refuse(DecodeStatus::kTunnelBadHeader);
  if (!layer.has(header)) return walk.refuse(DecodeStatus::kTunnelTruncated);
  const std::uint8_t next = layer.u8(3);
  const std::uint32_t path = layer.u32(4) >> 8;
  if (!walk.enter(Tunnel::kOther, path, 0)) return;
  layer = layer.after(header);
  switch (next) {
    case 1:
      return decode_ipv4(walk, layer);
    case 2:
      return decode_ipv6(walk, layer);
    case 3:
      return decode_ethernet(walk, layer);
    case 5:
      return decode_mpls(walk, layer);
    default:
      return;
  }
}

}  // namespace netpulse
