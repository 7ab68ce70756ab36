#include "plugins/openvpn/openvpn.h"

namespace netpulse {
namespace {

constexpr std::uint8_t kClientResetV2 = 7, kServerResetV2 = 8, kClientResetV3 = 10;
constexpr std::size_t kSessionIdBytes = 8, kPacketIdBytes = 4, kTimeBytes = 4;
constexpr std::size_t kOpeningBytes = 1 + kSessionIdBytes;
/// MD5, SHA-1, SHA-256, SHA-384, SHA-512: what tls-auth signs with.
constexpr std::array<std::size_t, 5> kDigestBytes{16, 20, 32, 48, 64};
constexpr std::size_t kTlsCryptTagBytes = 32;
/// A first packet's number: retries count on.
constexpr std::uint32_t kFirstPacketIdMax = 32;
/// tls-crypt-v2's client appends its wrapped key.
constexpr std::size_t kWrappedKeyBytesMax = 1024 + 64;

/// Acknowledgements and packet id, which are the last of a reset: none from the client, its own packet 0 and its
/// session from the server. A session id of zero is none.
bool is_reset_tail(Bytes tail, bool from_server) noexcept {
  ByteCursor cursor(tail);
  const std::uint8_t acknowledged = cursor.u8();
  if (acknowledged > 1 || (acknowledged == 1) != from_server) return false;
  if (acknowledged != 0 && (cursor.u32() > kFirstPacketIdMax || cursor.u64() == 0)) return false;
  return cursor.u32() <= kFirstPacketIdMax && !cursor.failed() && cursor.at_end();
}

bool is_reset(Bytes message) noexcept {
  ByteCursor cursor(message);
  const std::uint8_t first = cursor.u8();
  const std::uint64_t session = cursor.u64();
  const std::uint8_t opcode = first >> 3;
  if (cursor.failed() || (first & 0x07) != 0 || session == 0) return false;
  if (opcode != kClientResetV2 && opcode != kServerResetV2 && opcode != kClientResetV3) return false;
  const bool from_server = opcode == kServerResetV2;
  const std::size_t tail_bytes =
      from_server ? 1 + kPacketIdBytes + kSessionIdBytes + kPacketIdBytes : 1 + kPacketIdBytes;
  if (opcode != kClientResetV3) {
    if (message.size() == kOpeningBytes + tail_bytes) return is_reset_tail(cursor.take_rest(), from_server);
    for (const std::size_t digest : kDigestBytes) {
      if (message.size() != kOpeningBytes + digest + kPacketIdBytes + kTimeBytes + tail_bytes) continue;
      ByteCursor signed_part(message.subspan(kOpeningBytes + digest));
      const std::uint32_t packet_id = signed_part.u32();
      signed_part.skip(kTimeBytes);
      if (packet_id != 0 && packet_id <= kFirstPacketIdMax && is_reset_tail(signed_part.take_rest(), from_server))
        return true;
    }
  }
  // tls-crypt: packet id, time, tag, and the tail encrypted.
  constexpr std::size_t kCryptBytes = kPacketIdBytes + kTimeBytes + kTlsCryptTagBytes;
  const std::size_t whole = kOpeningBytes + kCryptBytes + tail_bytes;
  const bool fits = opcode == kClientResetV3 ? message.size() > whole && message.size() <= whole + kWrappedKeyBytesMax
                                             : message.size() == whole;
  const std::uint32_t packet_id = cursor.u32() & 0x00ffffff;  // V3's first byte says what is supported
  const std::uint32_t seconds = cursor.u32();
  constexpr std::uint32_t kYear2010 = 1'262'304'000;
  return fits && packet_id != 0 && packet_id <= kFirstPacketIdMax && seconds >= kYear2010;
}

}  // namespace

Verdict Openvpn::probe(const PacketView& packet) noexcept {
  if (over_udp(packet)) return mine_if(!is_cut(packet) && is_reset(packet.payload()));
  if (!over_tcp(packet)) return Verdict::kNotMine;
  ByteCursor cursor(packet.payload());
  const std::uint16_t length = cursor.u16();
  if (cursor.failed()) return Verdict::kNeedMore;
  constexpr std::size_t kResetBytesMax = 2048;
  if (length < kOpeningBytes || length > kResetBytesMax) return Verdict::kNotMine;
  if (!cursor.at_end()) {
    const std::uint8_t opcode = packet.payload()[cursor.position()];
    if (opcode != kClientResetV2 << 3 && opcode != kServerResetV2 << 3 && opcode != kClientResetV3 << 3)
      return Verdict::kNotMine;
  }
  const Bytes message = cursor.take(length);
  return cursor.failed() ? Verdict::kNeedMore : mine_if(is_reset(message));
}

}  // namespace netpulse
