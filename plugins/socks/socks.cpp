#include "plugins/socks/socks.h"

namespace netpulse {
namespace {

constexpr std::uint8_t kVersion4 = 4, kVersion5 = 5;
constexpr std::uint8_t kMethodsMax = 10, kMethodKnownMax = 10, kMethodPrivateMin = 0x80, kNoMethod = 0xff;
constexpr std::uint8_t kCommandConnect = 1, kCommandBind = 2;
constexpr std::size_t kRequestFixedBytes = 8, kTextBytesMax = 255;
constexpr std::uint8_t kGranted = 90, kRejectedLast = 93;
/// An answer of version 4 may come byte by byte.
constexpr std::uint8_t kCallsMax = 16;

/// The greeting of version 5: as many methods as it says, and no byte more.
Verdict judge_greeting(Bytes stream, std::uint32_t& methods) noexcept {
  ByteCursor cursor(stream.subspan(1));
  const std::uint8_t count = cursor.u8();
  if (cursor.failed()) return Verdict::kNeedMore;
  if (count == 0 || count > kMethodsMax || cursor.remaining() > count) return Verdict::kNotMine;
  methods = 0;
  for (std::uint8_t i = 0; i < count; ++i) {
    const std::uint8_t method = cursor.u8();
    if (cursor.failed()) return Verdict::kNeedMore;
    if (method > kMethodKnownMax && method < kMethodPrivateMin) return Verdict::kNotMine;
    if (method <= kMethodKnownMax) methods |= 1U << method;
  }
  return methods == 0 ? Verdict::kNotMine : Verdict::kDone;
}

/// The request of version 4, and 4a with its name behind the user's.
Verdict judge_request(Bytes stream) noexcept {
  ByteCursor cursor(stream.subspan(1));
  const std::uint8_t command = cursor.u8();
  if (cursor.failed()) return Verdict::kNeedMore;
  if (command != kCommandConnect && command != kCommandBind) return Verdict::kNotMine;
  const std::uint16_t port = cursor.u16();
  const std::uint32_t address = cursor.u32();
  if (cursor.failed()) return Verdict::kNeedMore;
  if (port == 0 || address == 0) return Verdict::kNotMine;
  std::string_view rest = as_text(stream.subspan(kRequestFixedBytes));
  constexpr std::uint32_t kNameFollows = 0xff;  // address 0.0.0.x
  for (int texts = address <= kNameFollows ? 2 : 1; texts > 0; --texts) {
    const std::size_t end = rest.find('\0');
    if (!is_plain_text(rest.substr(0, end)) || rest.size() > 2 * kTextBytesMax) return Verdict::kNotMine;
    if (end == std::string_view::npos) return Verdict::kNeedMore;
    rest.remove_prefix(end + 1);
  }
  return mine_if(rest.empty());
}

Verdict judge_answer(Bytes stream, const Socks::State& state) noexcept {
  ByteCursor cursor(stream);
  const std::uint8_t version = cursor.u8(), chosen = cursor.u8();
  if (cursor.failed()) return Verdict::kTentative;
  if (state.version == kVersion4) {
    if (version != 0 || chosen < kGranted || chosen > kRejectedLast) return Verdict::kNotMine;
    return stream.size() < kRequestFixedBytes ? Verdict::kTentative : Verdict::kDone;
  }
  const bool offered = chosen <= kMethodKnownMax && (state.methods >> chosen & 1) != 0;
  return mine_if(version == kVersion5 && (offered || chosen == kNoMethod) && stream.size() == 2);
}

}  // namespace

Verdict Socks::probe(const PacketView& packet) noexcept {
  if (!over_tcp(packet)) return Verdict::kNotMine;
  const Bytes stream = packet.payload();
  std::uint32_t methods = 0;
  const Verdict verdict = stream[0] == kVersion5   ? judge_greeting(stream, methods)
                          : stream[0] == kVersion4 ? judge_request(stream)
                                                   : Verdict::kNotMine;
  return verdict == Verdict::kDone ? Verdict::kTentative : verdict;
}

Verdict Socks::consume(const PacketView& packet, State& state, AnalyzerContext&) noexcept {
  const Bytes stream = packet.payload();
  const auto side = static_cast<std::uint8_t>(packet.direction);
  if (state.version == 0) {
    state.version = stream[0];
    state.client = side;
    if (state.version == kVersion5) judge_greeting(stream, state.methods);
    return Verdict::kTentative;
  }
  if (++state.calls > kCallsMax) return Verdict::kNotMine;
  return side == state.client ? Verdict::kTentative : judge_answer(stream, state);
}

}  // namespace netpulse
