#include "engine/packet/layers.h"

namespace netpulse {
namespace {

constexpr std::uint32_t kWlanBytes = 24, kAddress4Bytes = 6, kQosBytes = 2, kHtBytes = 4, kFcsBytes = 4,
                        kSubframeBytes = 14, kRadiotapBytes = 8, kPpiBytes = 8;
constexpr int kSubframesMax = 64;

/// Several frames in one: the first that brings IP is the packet.
void decode_amsdu(Walk& walk, Layer layer) noexcept {
  for (int i = 0; i < kSubframesMax && layer.has(kSubframeBytes); ++i) {
    const std::uint32_t length = layer.u16(12);
    decode_llc(walk, layer.after(kSubframeBytes).first(length));
    if (walk.rest.ip_version != 0 || walk.view.status != DecodeStatus::kOk) return;
    layer = layer.after((kSubframeBytes + length + 3) / 4 * 4);
  }
}

/// aligned: the header is padded to 4 bytes, as some drivers do.
void decode_wlan_frame(Walk& walk, const Layer& frame, bool aligned) noexcept {
  constexpr unsigned kData = 2, kSubtypeNull = 4, kSubtypeQos = 8;
  constexpr unsigned kToAndFromDs = 0x03, kProtected = 0x40, kOrder = 0x80, kAmsduPresent = 0x80;
  if (!frame.has(2)) return walk.refuse(DecodeStatus::kLinkTruncated);
  const unsigned type = frame.u8(0) >> 2 & 3u, subtype = frame.u8(0) >> 4, flags = frame.u8(1);
  if (type != kData || (subtype & kSubtypeNull) != 0) return;
  if ((flags & kProtected) != 0) return walk.refuse(DecodeStatus::kWlanProtected);
  std::uint32_t header = kWlanBytes;
  if ((flags & kToAndFromDs) == kToAndFromDs) header += kAddress4Bytes;
  bool amsdu = false;
  if ((subtype & kSubtypeQos) != 0) {
    amsdu = (frame.u8(header) & kAmsduPresent) != 0;
    header += kQosBytes;
    if ((flags & kOrder) != 0) header += kHtBytes;
  }
  if (aligned) header = (header + 3) / 4 * 4;
  if (!frame.has(header)) return walk.refuse(DecodeStatus::kLinkTruncated);
  const unsigned fragment = frame.u8(22) & 0x0fu;
  if (fragment != 0) return;
  const Layer body = frame.after(header);
  amsdu ? decode_amsdu(walk, body) : decode_llc(walk, body);
}

}  // namespace

void decode_wlan(Walk& walk, Layer frame) noexcept { decode_wlan_frame(walk, frame, false); }

/// radiotap.org: little-endian; the Flags field follows the present words and, if there, TSFT.
void decode_radiotap(Walk& walk, const Layer& frame) noexcept {
  constexpr std::uint32_t kPresentTsft = 1, kPresentFlags = 2, kPresentMore = 1u << 31;
  constexpr std::uint8_t kFlagFcs = 0x10, kFlagPadding = 0x20;
  const std::uint32_t header = frame.u16_little(2);
  if (!frame.has(kRadiotapBytes) || header < kRadiotapBytes || !frame.has(header))
    return walk.refuse(DecodeStatus::kLinkTruncated);
  const std::uint32_t present = frame.u32_little(4);
  std::uint32_t at = kRadiotapBytes;
  for (std::uint32_t word = present; (word & kPresentMore) != 0 && at + 4 <= header; at += 4)
    word = frame.u32_little(at);
  if ((present & kPresentTsft) != 0) at = (at + 7) / 8 * 8 + 8;
  const std::uint8_t flags = (present & kPresentFlags) != 0 && at < header ? frame.u8(at) : std::uint8_t{0};
  Layer inner = frame.after(header);
  if ((flags & kFlagFcs) != 0) inner = inner.without_trailer(kFcsBytes);
  decode_wlan_frame(walk, inner, (flags & kFlagPadding) != 0);
}

void decode_prism_or_avs(Walk& walk, const Layer& frame) noexcept {
  constexpr std::uint32_t kAvsMagic = 0x80211000, kPrismMessage = 0x44, kHeaderBytesMin = 8;
  if (!frame.has(kHeaderBytesMin)) return walk.refuse(DecodeStatus::kLinkTruncated);
  // AVS is in network order; Prism in that of the capturing host.
  const bool big = (frame.u32(0) & 0xfffff000) == kAvsMagic || frame.u32(0) == kPrismMessage;
  const std::uint32_t header = big ? frame.u32(4) : frame.u32_little(4);
  if (header < kHeaderBytesMin || !frame.has(header)) return walk.refuse(DecodeStatus::kLinkTruncated);
  decode_wlan(walk, frame.after(header));
}

/// CACE Technologies' Per-Packet Information: fields of type and length before a packet of any link type.
void decode_ppi(Walk& walk, const Layer& frame) noexcept {
  constexpr std::uint16_t kWlanCommon = 2;
  constexpr int kFieldsMax = 64;
  const std::uint32_t header = frame.u16_little(2), inner_type = frame.u32_little(4);
  if (!frame.has(kPpiBytes) || header < kPpiBytes || !frame.has(header))
    return walk.refuse(DecodeStatus::kLinkTruncated);
  const auto type = static_cast<LinkType>(inner_type);
  if (inner_type > 0xffff || type == LinkType::kPpi || type == LinkType::kPktap)
    return walk.refuse(DecodeStatus::kUnknownLinkType);
  Layer inner = frame.after(header);
  Layer fields = frame.first(header).after(kPpiBytes);
  for (int i = 0; i < kFieldsMax && fields.has(4) && type == LinkType::kWlan; ++i) {
    if (fields.u16_little(0) == kWlanCommon && (fields.u16_little(4 + 8) & 1) != 0)
      inner = inner.without_trailer(kFcsBytes);
    fields = fields.after(4u + fields.u16_little(2));
  }
  decode_link(walk, inner, type);
}

}  // namespace netpulse
