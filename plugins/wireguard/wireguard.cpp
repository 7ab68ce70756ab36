#include "plugins/wireguard/wireguard.h"

#include "plugins/common/little_endian.h"

namespace netpulse {
namespace {

constexpr std::uint32_t kInitiation = 1, kResponse = 2, kCookieReply = 3, kTransport = 4;
constexpr std::size_t kInitiationBytes = 148, kResponseBytes = 92, kCookieReplyBytes = 64;
constexpr std::size_t kTransportBytesMin = 32, kPaddingBytes = 16;
/// Counters may skip what was lost or reordered.
constexpr std::uint32_t kCounterStepMax = 16;

struct Message {
  std::uint32_t type = 0;  ///< with its three reserved zero bytes
  std::uint32_t index = 0;
  std::uint32_t counter_low = 0, counter_high = 0;
};

/// False if it is none of the four, by type and size.
bool read_message(const PacketView& packet, Message& message) noexcept {
  ByteCursor cursor(packet.payload());
  message.type = take_u32_little_endian(cursor);
  message.index = take_u32_little_endian(cursor);
  message.counter_low = take_u32_little_endian(cursor);
  message.counter_high = take_u32_little_endian(cursor);
  if (cursor.failed()) return false;
  const std::size_t size = packet.payload_bytes;
  switch (message.type) {
    case kInitiation:
      return size == kInitiationBytes;
    case kResponse:
      return size == kResponseBytes;
    case kCookieReply:
      return size == kCookieReplyBytes;
    case kTransport:
      return size >= kTransportBytesMin && size % kPaddingBytes == 0 && message.counter_high == 0;
    default:
      return false;
  }
}

}  // namespace

Verdict Wireguard::probe(const PacketView& packet) noexcept {
  Message message;
  if (!over_udp(packet) || !read_message(packet, message)) return Verdict::kNotMine;
  return message.type == kTransport ? Verdict::kTentative : Verdict::kDone;
}

Verdict Wireguard::consume(const PacketView& packet, State& state, AnalyzerContext&) noexcept {
  Message message;
  if (!read_message(packet, message)) return Verdict::kNotMine;
  if (message.type != kTransport) return Verdict::kDone;
  const bool follows = state.in_a_row != 0 && message.index == state.receiver &&
                       message.counter_low - state.counter - 1 < kCounterStepMax;
  if (follows || state.in_a_row <= 1) {
    state.in_a_row = static_cast<std::uint8_t>(follows ? state.in_a_row + 1 : 1);
    state.receiver = message.index;
    state.counter = message.counter_low;
  }
  if (state.in_a_row >= kInARowMin) return Verdict::kDone;
  return ++state.datagrams < kDatagramsMax ? Verdict::kTentative : Verdict::kNotMine;
}

}  // namespace netpulse
