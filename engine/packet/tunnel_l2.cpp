#include "engine/packet/layers.h"

/// Tunnels that carry link layers: L2TP and CAPWAP.
namespace netpulse {
namespace {

constexpr std::uint32_t kSessionBytes = 4, kSublayerBytes = 4, kCapwapBytesMin = 8;

bool looks_like_ppp_ip(const Layer& layer) noexcept {
  const Layer protocol = layer.u16(0) == 0xff03 ? layer.after(2) : layer;
  return (protocol.u16(0) == 0x0021 || protocol.u16(0) == 0x0057) && looks_like_ip(protocol.after(2));
}

/// RFC 3931 section 4.1: after the session id comes a cookie of 0, 4 or 8 bytes, and perhaps a sublayer of 4, as both
/// ends agreed out of our sight. Whatever makes sense is taken.
void decode_l2tpv3_data(Walk& walk, const Layer& layer) noexcept {
  constexpr std::uint32_t kGuessBytesMax = 8 + kSublayerBytes;
  const std::uint32_t session = layer.u32(0);
  if (!layer.has(kSessionBytes) || session == 0) return;
  for (std::uint32_t skipped = 0; skipped <= kGuessBytesMax; skipped += 4) {
    const Layer inner = layer.after(kSessionBytes + skipped);
    const bool ethernet = looks_like_ethernet(inner), ppp = !ethernet && looks_like_ppp_ip(inner);
    if (!ethernet && !ppp && !looks_like_ip(inner)) continue;
    if (!walk.enter(Tunnel::kL2tp, session, 0)) return;
    return ethernet ? decode_ethernet(walk, inner) : ppp ? decode_ppp(walk, inner) : decode_ip_by_nibble(walk, inner);
  }
}

}  // namespace

void decode_l2tpv3_ip(Walk& walk, const Layer& layer) noexcept { decode_l2tpv3_data(walk, layer); }

/// RFC 2661 section 3.1.
void decode_l2tp_udp(Walk& walk, const Layer& payload) noexcept {
  constexpr std::uint16_t kControl = 0x8000, kLength = 0x4000, kSequence = 0x0800, kOffset = 0x0200, kVersion = 0x000f,
                          kReserved = 0x34f0;
  const std::uint16_t flags = payload.u16(0);
  if (!payload.has(2) || (flags & kControl) != 0) return;
  if ((flags & kVersion) == 3) return decode_l2tpv3_data(walk, payload.after(4));
  if ((flags & kVersion) != 2 || (flags & kReserved) != 0) return;
  const std::uint32_t ids = (flags & kLength) != 0 ? 4 : 2;
  std::uint32_t header = ids + 4 + ((flags & kSequence) != 0 ? 4 : 0);
  if ((flags & kOffset) != 0) header += 2u + payload.u16(header);
  if (header > payload.wire) return walk.refuse(DecodeStatus::kTunnelBadHeader);
  if (!payload.has(header)) return walk.refuse(DecodeStatus::kTunnelTruncated);
  // Tunnel and session, as the receiver numbered them.
  if (!walk.enter(Tunnel::kL2tp, payload.u32(ids), 0)) return;
  const Layer message = (flags & kLength) != 0 ? payload.first(payload.u16(2)) : payload;
  decode_ppp(walk, message.after(header));
}

/// RFC 5415 section 4.3.
void decode_capwap(Walk& walk, const Layer& payload) noexcept {
  constexpr std::uint32_t kNativeFrame = 1u << 8, kFragment = 1u << 7, kKeepalive = 1u << 3, kWlanBinding = 1;
  // Preamble 1 is DTLS.
  if (payload.wire < kCapwapBytesMin || payload.u8(0) != 0) return;
  if (!payload.has(kCapwapBytesMin)) return walk.refuse(DecodeStatus::kTunnelTruncated);
  const std::uint32_t word = payload.u32(0);
  const std::uint32_t header = (word >> 19 & 0x1f) * 4, binding = word >> 9 & 0x1f;
  const std::uint32_t fragment_offset = payload.u16(6) >> 3;
  if (header < kCapwapBytesMin || (word & kKeepalive) != 0) return;
  if (!payload.has(header) || ((word & kFragment) != 0 && fragment_offset != 0)) return;
  const Layer inner = payload.after(header);
  if ((word & kNativeFrame) == 0) {
    if (looks_like_ethernet(inner) && walk.enter(Tunnel::kCapwap, 0, 0)) decode_ethernet(walk, inner);
  } else if (binding == kWlanBinding && walk.enter(Tunnel::kCapwap, 0, 0)) {
    decode_wlan(walk, inner);
  }
}

}  // namespace netpulse
