#include "plugins/gnutella/gnutella.h"

#include "plugins/common/tls_upgrade.h"

namespace netpulse {
namespace {

constexpr std::string_view kConnect = "GNUTELLA CONNECT/0.", kAnswer = "GNUTELLA/0.";
constexpr std::size_t kDescriptorIdBytes = 16;
constexpr std::size_t kReliableHeaderBytes = 8;
/// Ping, pong, bye, query route, vendor messages, push, Mojito, query, query hit.
constexpr std::array<std::uint8_t, 10> kDescriptors{0x00, 0x01, 0x02, 0x30, 0x31, 0x32, 0x40, 0x44, 0x80, 0x81};

/// Whose little-endian payload length adds up to the datagram.
bool is_descriptor(const PacketView& packet) noexcept {
  ByteCursor cursor(packet.payload());
  cursor.skip(kDescriptorIdBytes);
  const std::uint8_t type = cursor.u8();
  cursor.skip(2);  // time to live and hops, or Mojito's version
  const Bytes length = cursor.take(sizeof(std::uint32_t));
  if (cursor.failed() || length[2] != 0 || length[3] != 0) return false;
  const std::size_t payload_bytes = static_cast<std::size_t>(length[1] << 8 | length[0]);
  return std::find(kDescriptors.begin(), kDescriptors.end(), type) != kDescriptors.end() &&
         cursor.position() + payload_bytes == packet.payload_bytes;
}

/// Flags, sequence number, which part of how many; parts are counted from one, and none means an acknowledgement.
bool is_reliable_frame(const PacketView& packet) noexcept {
  constexpr std::string_view kTag = "GND";
  constexpr std::size_t kFlagsOffset = 3, kPartOffset = 6;
  const Bytes payload = packet.payload();
  if (!as_text(payload).starts_with(kTag) || payload.size() < kReliableHeaderBytes) return false;
  constexpr std::uint8_t kFlagsMax = 0x1f;
  const std::uint8_t part = payload[kPartOffset], parts = payload[kPartOffset + 1];
  return payload[kFlagsOffset] <= kFlagsMax && part != 0 && (parts == 0 || part <= parts);
}

}  // namespace

Verdict Gnutella::probe(const PacketView& packet) noexcept {
  if (over_udp(packet)) return mine_if(is_reliable_frame(packet) || is_descriptor(packet));
  if (!over_tcp(packet)) return Verdict::kNotMine;
  const std::string_view text = as_text(packet.payload());
  for (const std::string_view start : {kConnect, kAnswer})
    if (may_begin_with(text, start)) return text.size() < start.size() ? Verdict::kNeedMore : Verdict::kDone;
  return Verdict::kNotMine;
}

Verdict Gnutella::consume(const PacketView& packet, State& state, AnalyzerContext& context) noexcept {
  if (over_udp(packet)) return Verdict::kDone;
  constexpr std::string_view kHeadEnd = "\r\n\r\n";
  bool& had_head = state.had_head[static_cast<std::size_t>(packet.direction)];
  const Bytes stream = packet.payload();
  std::size_t taken = 0;
  while (taken < stream.size()) {
    const Bytes rest = stream.subspan(taken);
    if (had_head && begins_tls(rest)) {
      context.discard_stream(taken);
      context.hand_over();
      return Verdict::kDone;
    }
    const std::string_view text = as_text(rest);
    if (!may_begin_with(text, kConnect) && !may_begin_with(text, kAnswer) && !(had_head && may_begin_tls(rest)))
      return Verdict::kDone;  // descriptors, compressed or not
    const std::size_t end = text.find(kHeadEnd);
    if (end == std::string_view::npos) break;
    taken += end + kHeadEnd.size();
    had_head = true;
  }
  context.discard_stream(taken);
  return Verdict::kNeedMore;
}

}  // namespace netpulse
