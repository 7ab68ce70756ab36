#include "plugins/mysql/mysql.h"

#include <algorithm>

namespace netpulse {
namespace {

constexpr std::size_t kHeaderBytes = 4;  // length, least significant octet first, and sequence number
constexpr std::uint8_t kProtocolVersion = 10;
constexpr std::size_t kVersionBytesMax = 64, kGreetingBytesMin = 20, kGreetingBytesMax = 512;
/// Bit of the capability flags in the client's first packet.
constexpr std::uint16_t kClientSsl = 0x0800;

std::size_t packet_bytes(Bytes stream) noexcept {
  return static_cast<std::size_t>(stream[0]) | static_cast<std::size_t>(stream[1]) << 8 |
         static_cast<std::size_t>(stream[2]) << 16;
}

/// "8.0.33-debug": a digit, then visible ASCII.
bool is_version(std::string_view text) noexcept {
  return !text.empty() && text[0] >= '0' && text[0] <= '9' &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

/// The server's greeting: protocol version, version text, thread id, ...
Verdict read_greeting(Bytes stream, std::string_view& version) noexcept {
  if (stream.size() > 2 && (stream[1] > 1 || stream[2] != 0)) return Verdict::kNotMine;
  if (stream.size() > 3 && stream[3] != 0) return Verdict::kNotMine;
  if (stream.size() > kHeaderBytes && stream[kHeaderBytes] != kProtocolVersion) return Verdict::kNotMine;
  if (stream.size() <= kHeaderBytes + 1) return Verdict::kNeedMore;
  const std::size_t size = packet_bytes(stream);
  if (size < kGreetingBytesMin || size > kGreetingBytesMax) return Verdict::kNotMine;
  const Bytes body = stream.subspan(kHeaderBytes + 1, std::min(size, stream.size() - kHeaderBytes) - 1);
  const std::string_view text = as_text(body.first(std::min(body.size(), kVersionBytesMax)));
  const std::size_t end = text.find('\0');
  version = text.substr(0, end);
  if (!is_version(version)) return Verdict::kNotMine;
  if (end == std::string_view::npos) return text.size() < kVersionBytesMax ? Verdict::kNeedMore : Verdict::kNotMine;
  return Verdict::kDone;
}

}  // namespace

Verdict Mysql::probe(const PacketView& packet) noexcept {
  std::string_view version;
  return read_greeting(packet.payload(), version);
}

Verdict Mysql::consume(const PacketView& packet, State& state, AnalyzerContext& context) noexcept {
  const auto side = static_cast<std::uint8_t>(packet.direction);
  const Bytes stream = packet.payload();
  if (state.server == 0) state.server = static_cast<std::uint8_t>(1 + side);
  const bool gave_up = context.stream_gave_up();
  const Verdict wait = gave_up ? Verdict::kDone : Verdict::kNeedMore;
  if (stream.size() < kHeaderBytes) return wait;
  const std::size_t size = packet_bytes(stream);
  if (state.server == 1 + side) {
    if (state.greeted != 0) return Verdict::kDone;  // the server has let the client in, or has not
    if (stream.size() < kHeaderBytes + size) return wait;
    std::string_view version;
    if (read_greeting(stream, version) != Verdict::kDone) return Verdict::kMalformed;
    context.set_attribute(FlowAttribute::kServerSoftware, version);
    state.greeted = 1;
    context.discard_stream(kHeaderBytes + size);
    return Verdict::kNeedMore;
  }
  // SSLRequest has the flags and nothing behind character set and filler; a login goes on with the user's name.
  constexpr std::size_t kSslRequestBytes = 32, kSslRequestBytesOld = 5;
  if (stream.size() < kHeaderBytes + 2) return wait;
  const auto flags = static_cast<std::uint16_t>(stream[kHeaderBytes] | stream[kHeaderBytes + 1] << 8);
  constexpr std::size_t kLoginBytesMax = 4096;
  if (stream.size() < kHeaderBytes + size && size <= kLoginBytesMax) return wait;
  if ((flags & kClientSsl) == 0 || (size != kSslRequestBytes && size != kSslRequestBytesOld)) {
    // The server's version may still come.
    context.discard_stream(stream.size());
    return state.greeted != 0 ? Verdict::kDone : wait;
  }
  context.discard_stream(kHeaderBytes + size);
  context.count(kUpgradeAccepted);
  context.hand_over();
  return Verdict::kDone;
}

}  // namespace netpulse
