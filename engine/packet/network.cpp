#include "engine/packet/layers.h"

namespace netpulse {
namespace {

constexpr std::uint32_t kIpv4Bytes = 20, kIpv6Bytes = 40, kIpBytesMax = 65535;

/// Handles a fragment; true when it is the first one, whose payload holds the transport header.
bool decode_fragment(Walk& walk, std::uint32_t identification, std::uint32_t begin, bool more,
                     const Layer& payload) noexcept {
  PacketView& view = walk.view;
  const std::uint32_t end = begin + payload.wire;
  const bool first = begin == 0;
  view.flags |= first ? PacketView::kFlagFirstFragment : PacketView::kFlagLaterFragment;
  if (!first) view.transport = TransportLayer::kFragment;
  if (end > kIpBytesMax || (more && payload.wire % 8 != 0)) {
    walk.refuse(DecodeStatus::kFragmentBadHeader);
    return false;
  }
  // An inner datagram in fragments, in a first fragment: only the outer one's flow is remembered.
  if (walk.first_fragment) return first;
  const bool v6 = walk.rest.ip_version == 6;
  FragmentKey key;
  key.src = v6 ? IpAddress::from_v6(walk.src) : IpAddress::from_v4(walk.src);
  key.dst = v6 ? IpAddress::from_v6(walk.dst) : IpAddress::from_v4(walk.dst);
  key.identification = identification;
  key.tunnel_id = walk.rest.tunnel_id;
  key.protocol = v6 ? std::uint8_t{0} : walk.rest.protocol;
  key.ip_version = walk.rest.ip_version;
  key.tunnel = walk.rest.tunnel;
  const FragmentTable::Match match = walk.fragments.note(key, {begin, end, more}, view.received_at);
  if (match.overlap && v6) {
    walk.refuse(DecodeStatus::kFragmentOverlap);
    if (first) view.transport = TransportLayer::kFragment;
    return false;
  }
  if (first)
    walk.first_fragment = true;
  else
    walk.datagram = match;
  return first;
}

/// Skips an extension header of RFC 8200's common form; false, with the status set, when it is cut.
bool skip_extension(Walk& walk, Layer& layer, std::uint8_t& next, std::uint32_t length) noexcept {
  if (!layer.has(2) || !layer.has(length)) {
    walk.refuse(DecodeStatus::kIpv6ExtensionTruncated);
    return false;
  }
  next = layer.u8(0);
  layer = layer.after(length);
  return true;
}

/// RFC 8754 section 2: segment[0] is where the packet is bound to in the end.
void follow_segments(Walk& walk, const Layer& routing) noexcept {
  constexpr std::uint8_t kSegmentRouting = 4;
  if (routing.u8(2) == kSegmentRouting && routing.u8(1) >= 2 && routing.has(24)) walk.dst = routing.data + 8;
}

}  // namespace

bool looks_like_ip(const Layer& layer) noexcept {
  const unsigned version = layer.u8(0) >> 4;
  if (version == 4) {
    const std::uint32_t header = (layer.u8(0) & 15u) * 4, total = layer.u16(2);
    return layer.has(kIpv4Bytes) && header >= kIpv4Bytes && total >= header && total <= layer.wire;
  }
  return version == 6 && layer.has(kIpv6Bytes) && layer.u16(4) + kIpv6Bytes <= layer.wire;
}

void decode_ip_by_nibble(Walk& walk, const Layer& layer) noexcept {
  const unsigned version = layer.u8(0) >> 4;
  if (version == 4) return decode_ipv4(walk, layer);
  if (version == 6) return decode_ipv6(walk, layer);
}

void decode_ipv4(Walk& walk, Layer layer) noexcept {
  if (!layer.has(kIpv4Bytes)) return walk.refuse(DecodeStatus::kIpv4Truncated);
  const std::uint32_t header = (layer.u8(0) & 15u) * 4, total = layer.u16(2);
  if (layer.u8(0) >> 4 != 4 || header < kIpv4Bytes || (total < header && total != 0))
    return walk.refuse(DecodeStatus::kIpv4BadHeader);
  if (header > layer.wire) return walk.refuse(DecodeStatus::kIpv4BadHeader);
  if (!layer.has(header)) return walk.refuse(DecodeStatus::kIpv4Truncated);
  // Zero: segmentation was left to the interface; the frame knows the length.
  if (total != 0) layer = layer.first(total);
  walk.accept_ip(layer, 4, layer.u8(8), layer.data + 12, layer.data + 16);
  walk.rest.protocol = layer.u8(9);
  const std::uint32_t offset = layer.u16(6), identification = layer.u16(4);
  walk.view.ip_identification = static_cast<std::uint16_t>(identification);
  const bool more = (offset & 0x2000) != 0;
  const std::uint32_t begin = (offset & 0x1fff) * 8;
  const Layer payload = layer.after(header);
  if ((more || begin != 0) && !decode_fragment(walk, identification, begin, more, payload)) return;
  decode_ip_payload(walk, layer.u8(9), payload);
}

void decode_ipv6(Walk& walk, Layer layer) noexcept {
  if (!layer.has(kIpv6Bytes)) return walk.refuse(DecodeStatus::kIpv6Truncated);
  if (layer.u8(0) >> 4 != 6) return walk.refuse(DecodeStatus::kIpv6BadHeader);
  const std::uint32_t length = layer.u16(4);
  // Zero: a jumbogram (RFC 2675), or segmentation left to the interface.
  if (length != 0) layer = layer.first(kIpv6Bytes + length);
  walk.accept_ip(layer, 6, layer.u8(7), layer.data + 8, layer.data + 24);
  std::uint8_t next = layer.u8(6);
  layer = layer.after(kIpv6Bytes);
  for (int headers = 0;; ++headers) {
    walk.rest.protocol = next;
    const bool common = next == kIpHopByHop || next == kIpRouting || next == kIpDestinationOptions ||
                        next == kIpMobility || next == kIpHip || next == kIpShim6;
    if (!common && next != kIpFragment) break;
    if (headers == kIpv6ExtensionHeadersMax) return walk.refuse(DecodeStatus::kIpv6ExtensionLimit);
    if (next == kIpFragment) {
      const Layer header = layer;
      if (!skip_extension(walk, layer, next, 8)) return;
      walk.rest.protocol = next;
      const std::uint32_t offset = header.u16(2);
      const bool more = (offset & 1) != 0;
      const std::uint32_t begin = offset & 0xfff8;
      // With neither offset nor more: an atomic fragment, a whole datagram (RFC 6946).
      if ((more || begin != 0) && !decode_fragment(walk, header.u32(4), begin, more, layer)) return;
    } else {
      if (next == kIpRouting) follow_segments(walk, layer);
      if (!skip_extension(walk, layer, next, (layer.u8(1) + 1u) * 8)) return;
    }
  }
  decode_ip_payload(walk, next, layer);
}

}  // namespace netpulse
