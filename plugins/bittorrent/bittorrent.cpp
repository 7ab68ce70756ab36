#include "plugins/bittorrent/bittorrent.h"

namespace netpulse {
namespace {

constexpr std::string_view kHandshake =
    "\x13"
    "BitTorrent protocol";
constexpr std::size_t kHandshakeBytes = 68, kPeerIdOffset = 48;
constexpr std::string_view kLocalDiscovery = "BT-SEARCH * HTTP/1.1\r\n";
constexpr std::uint64_t kTrackerProtocolId = 0x41727101980;
constexpr std::size_t kTrackerConnectBytes = 16;
/// Payloads of one side after its peer id, while the other one is silent.
constexpr std::uint8_t kCallsWaitingMax = 8;

constexpr std::uint8_t kUtpSyn = 0x41, kUtpState = 0x21;  // type and version 1 (BEP 29)
constexpr std::size_t kUtpHeaderBytes = 20;

struct UtpHeader {
  std::uint8_t type_version = 0, extension = 0;
  std::uint16_t connection = 0, sequence = 0, acknowledged = 0;
};

bool read_utp(Bytes datagram, UtpHeader& header) noexcept {
  ByteCursor cursor(datagram);
  header.type_version = cursor.u8();
  header.extension = cursor.u8();
  header.connection = cursor.u16();
  cursor.skip(3 * sizeof(std::uint32_t));  // time stamp, its difference, window
  header.sequence = cursor.u16();
  header.acknowledged = cursor.u16();
  constexpr std::uint8_t kExtensionMax = 3;
  return !cursor.failed() && header.extension <= kExtensionMax;
}

/// "-TR2940-" of a peer id in Azureus style (BEP 20), else nothing: "TR2940".
std::string_view client_of(std::string_view peer_id) noexcept {
  constexpr std::size_t kClientBytes = 6;
  if (peer_id.size() < kClientBytes + 2 || peer_id[0] != '-' || peer_id[kClientBytes + 1] != '-') return {};
  const std::string_view client = peer_id.substr(1, kClientBytes);
  return is_plain_text(client) ? client : std::string_view{};
}

/// A query, response or error of the hash table (BEP 5): a bencoded dictionary whose keys begin as their order has it.
/// The last key is always the kind, "1:y1:" and one letter.
bool is_dht(std::string_view datagram) noexcept {
  constexpr std::string_view kKind = "1:y1:";
  constexpr std::size_t kEndBytes = 2;  // the letter, and the dictionary's end
  if (datagram.size() < kKind.size() + kEndBytes || !datagram.ends_with('e')) return false;
  if (datagram.substr(datagram.size() - kEndBytes - kKind.size(), kKind.size()) != kKind) return false;
  for (const std::string_view start : {"d1:ad2:id20:", "d1:rd2:id20:", "d1:el", "d2:ip6:", "d1:ad6:noseed"})
    if (datagram.starts_with(start)) return true;
  return false;
}

bool is_tracker_connect(Bytes datagram) noexcept {
  ByteCursor cursor(datagram);
  return cursor.u64() == kTrackerProtocolId && cursor.u32() == 0 && datagram.size() == kTrackerConnectBytes;
}

Verdict read_handshake(const PacketView& packet, Bittorrent::State& state, AnalyzerContext& context) noexcept {
  const auto side = static_cast<std::size_t>(packet.direction);
  const std::string_view stream = as_text(packet.payload());
  if (state.told[side] != 0 || !may_begin_with(stream, kHandshake)) {
    context.discard_stream(stream.size());
    return ++state.calls_waiting > kCallsWaitingMax ? Verdict::kDone : Verdict::kNeedMore;
  }
  if (stream.size() < kHandshakeBytes) return Verdict::kNeedMore;
  context.set_attribute(context.from_initiator() ? FlowAttribute::kClientSoftware : FlowAttribute::kServerSoftware,
                        client_of(stream.substr(kPeerIdOffset, kHandshakeBytes - kPeerIdOffset)));
  state.told[side] = 1;
  if (state.told[1 - side] != 0) return Verdict::kDone;
  context.discard_stream(stream.size());
  return Verdict::kNeedMore;
}

Verdict follow_utp(const PacketView& packet, Bittorrent::State& state) noexcept {
  UtpHeader header;
  if (!read_utp(packet.payload(), header)) return Verdict::kNotMine;
  const auto side = static_cast<std::uint8_t>(packet.direction);
  if (header.type_version == kUtpSyn) {
    if (state.opened != 0 && side != state.opened_by) return Verdict::kNotMine;
    state.opened = 1;
    state.opened_by = side;
    state.connection = header.connection;
    state.sequence = header.sequence;
    return Verdict::kTentative;
  }
  const bool answers = header.type_version == kUtpState && side != state.opened_by &&
                       header.connection == state.connection && header.acknowledged == state.sequence;
  return answers ? Verdict::kDone : Verdict::kNotMine;
}

}  // namespace

Verdict Bittorrent::probe(const PacketView& packet) noexcept {
  const std::string_view text = as_text(packet.payload());
  if (over_tcp(packet)) {
    if (!may_begin_with(text, kHandshake)) return Verdict::kNotMine;
    return text.size() < kHandshake.size() ? Verdict::kNeedMore : Verdict::kDone;
  }
  if (!over_udp(packet)) return Verdict::kNotMine;
  if (is_dht(text) || is_tracker_connect(packet.payload()) || text.starts_with(kLocalDiscovery)) return Verdict::kDone;
  UtpHeader header;
  const bool syn = read_utp(packet.payload(), header) && header.type_version == kUtpSyn && header.acknowledged == 0 &&
                   (header.extension != 0 || packet.payload_bytes == kUtpHeaderBytes);
  return syn ? Verdict::kTentative : Verdict::kNotMine;
}

Verdict Bittorrent::consume(const PacketView& packet, State& state, AnalyzerContext& context) noexcept {
  if (over_tcp(packet)) return read_handshake(packet, state, context);
  if (state.opened != 0 || packet.payload()[0] == kUtpSyn) return follow_utp(packet, state);
  return Verdict::kDone;
}

}  // namespace netpulse
