#include "plugins/ike/ike.h"

namespace netpulse {
namespace {

constexpr std::size_t kEspBytesMin = 16;  // SPI, sequence number, and no cipher's block and check value is shorter
constexpr std::uint8_t kNatKeepAlive = 0xff;
constexpr std::uint32_t kSpiMin = 256;  // RFC 4303 section 2.1
constexpr std::uint32_t kSequenceStepMax = 64;

bool known_exchange(std::uint8_t version, std::uint8_t exchange) noexcept {
  // ISAKMP: base to informational, quick and new group mode; IKEv2: IKE_SA_INIT to IKE_FOLLOWUP_KE.
  if (version == 0x10) return (exchange >= 1 && exchange <= 6) || (exchange >= 32 && exchange <= 34);
  return version == 0x20 && exchange >= 34 && exchange <= 44;
}

bool is_keep_alive(Bytes datagram) noexcept { return datagram.size() == 1 && datagram[0] == kNatKeepAlive; }

}  // namespace

Verdict Ike::probe(const PacketView& packet) noexcept {
  ByteCursor cursor(packet.payload());
  std::size_t size = packet.payload_bytes;
  if (on_port(packet, kPortNatTraversal)) {
    if (cursor.u32() != 0) return Verdict::kNotMine;
    size -= std::min<std::size_t>(size, sizeof(std::uint32_t));
  }
  const std::uint64_t initiator = cursor.u64();
  cursor.skip(sizeof(std::uint64_t) + 1);  // responder's SPI, next payload
  const std::uint8_t version = cursor.u8(), exchange = cursor.u8();
  cursor.skip(1 + sizeof(std::uint32_t));  // flags, message id
  const std::uint32_t length = cursor.u32();
  return mine_if(!cursor.failed() && initiator != 0 && length == size && known_exchange(version & 0xf0, exchange));
}

Verdict EspInUdp::probe(const PacketView& packet) noexcept {
  if (is_keep_alive(packet.payload())) return Verdict::kTentative;
  ByteCursor cursor(packet.payload());
  return cursor.u32() >= kSpiMin && packet.payload_bytes >= kEspBytesMin && packet.payload_bytes % 4 == 0
             ? Verdict::kTentative
             : Verdict::kNotMine;
}

Verdict EspInUdp::consume(const PacketView& packet, State& state, AnalyzerContext&) noexcept {
  if (++state.datagrams > kDatagramsMax) return Verdict::kNotMine;
  if (is_keep_alive(packet.payload())) return Verdict::kTentative;
  if (probe(packet) != Verdict::kTentative) return Verdict::kNotMine;
  ByteCursor cursor(packet.payload());
  const std::uint32_t spi = cursor.u32(), sequence = cursor.u32();
  const bool follows = state.in_a_row != 0 && spi == state.spi && sequence - state.sequence - 1 < kSequenceStepMax;
  if (follows || state.in_a_row <= 1) {
    state.in_a_row = static_cast<std::uint8_t>(follows ? state.in_a_row + 1 : 1);
    state.spi = spi;
    state.sequence = sequence;
  }
  return state.in_a_row >= kInARowMin ? Verdict::kDone : Verdict::kTentative;
}

}  // namespace netpulse
