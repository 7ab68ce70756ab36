#include "engine/packet/layers.h"

namespace netpulse {
namespace {

constexpr std::uint16_t kChecksum = 0x8000, kRouting = 0x4000, kKey = 0x2000, kSequence = 0x1000,
                        kAcknowledgment = 0x0080, kVersion = 0x0007;
constexpr std::uint32_t kGreBytes = 4, kErspan2Bytes = 8, kErspan3Bytes = 12, kErspan3OptionalBytes = 8;
constexpr int kRoutesMax = 16;

struct GreHeader {
  std::uint32_t bytes = 0;
  std::uint32_t key = 0;
  bool cut = false;  ///< an optional part is not there
};

/// RFC 2784, RFC 2890 and RFC 1701's routing; version 1: RFC 2637 section 4.1.
GreHeader read_gre(const Layer& layer) noexcept {
  const std::uint16_t flags = layer.u16(0);
  GreHeader header{kGreBytes};
  if ((flags & (kChecksum | kRouting)) != 0) header.bytes += 4;
  if ((flags & kKey) != 0) {
    header.key = layer.u32(header.bytes);
    header.bytes += 4;
  }
  if ((flags & kSequence) != 0) header.bytes += 4;
  if ((flags & kVersion) == 1 && (flags & kAcknowledgment) != 0) header.bytes += 4;
  if ((flags & kRouting) != 0) {
    for (int routes = 0;; ++routes) {
      const std::uint32_t length = layer.u8(header.bytes + 3);
      if (routes == kRoutesMax || !layer.has(header.bytes + 4)) {
        header.cut = true;
        return header;
      }
      header.bytes += 4 + length;
      if (length == 0) break;
    }
  }
  header.cut = !layer.has(header.bytes);
  return header;
}

void decode_pptp(Walk& walk, const Layer& layer, const GreHeader& header) noexcept {
  // The key is the payload's length and the receiver's call id.
  const std::uint32_t length = header.key >> 16, call = header.key & 0xffff;
  if (length == 0) return;
  if (walk.enter(Tunnel::kPptp, call, 0)) decode_ppp(walk, layer.after(header.bytes).first(length));
}

/// draft-foschiano-erspan: type I has no header, II and III are told by their EtherType and the sequence bit.
void decode_erspan(Walk& walk, const Layer& layer, bool has_header) noexcept {
  if (!has_header) {
    if (walk.enter(Tunnel::kErspan, 0, 0)) decode_ethernet(walk, layer);
    return;
  }
  if (!layer.has(kErspan2Bytes)) return walk.refuse(DecodeStatus::kTunnelTruncated);
  const unsigned version = layer.u8(0) >> 4;
  if (version != 1 && version != 2) return walk.refuse(DecodeStatus::kTunnelBadHeader);
  std::uint32_t bytes = kErspan2Bytes;
  if (version == 2) {
    if (!layer.has(kErspan3Bytes)) return walk.refuse(DecodeStatus::kTunnelTruncated);
    const bool optional = (layer.u8(11) & 1) != 0;
    bytes = kErspan3Bytes + (optional ? kErspan3OptionalBytes : 0);
    if (!layer.has(bytes)) return walk.refuse(DecodeStatus::kTunnelTruncated);
  }
  const std::uint32_t session = layer.u16(2) & 0x03ff;
  // Either direction may be mirrored by a session of its own.
  if (walk.enter(Tunnel::kErspan, session, 0)) decode_ethernet(walk, layer.after(bytes));
}

/// draft-wilson-wrec-wccp-v2: version 2 puts 4 bytes before the redirected packet, version 1 none.
void decode_wccp(Walk& walk, const Layer& layer, std::uint32_t key) noexcept {
  constexpr std::uint32_t kRedirectBytes = 4;
  if (!walk.enter(Tunnel::kGre, key, key)) return;
  decode_ipv4(walk, layer.u8(0) >> 4 == 4 ? layer : layer.after(kRedirectBytes));
}

}  // namespace

void decode_gre(Walk& walk, Layer layer) noexcept {
  if (!layer.has(kGreBytes)) return walk.refuse(DecodeStatus::kTunnelTruncated);
  const std::uint16_t flags = layer.u16(0), type = layer.u16(2);
  const unsigned version = flags & kVersion;
  if (version > 1) return walk.refuse(DecodeStatus::kTunnelBadHeader);
  const GreHeader header = read_gre(layer);
  if (header.cut) return walk.refuse(DecodeStatus::kTunnelTruncated);
  if (version == 1) return decode_pptp(walk, layer, header);
  const Layer inner = layer.after(header.bytes);
  switch (type) {
    case kEtherTypeErspan:
      return decode_erspan(walk, inner, (flags & kSequence) != 0);
    case kEtherTypeErspan3:
      return decode_erspan(walk, inner, true);
    case kEtherTypeWccp:
      return decode_wccp(walk, inner, header.key);
    case 0:  // keepalive
      return;
    default:
      if (walk.enter(Tunnel::kGre, header.key, header.key)) decode_ethertype(walk, type, inner);
  }
}

}  // namespace netpulse
