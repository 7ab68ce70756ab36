#include "plugins/socks/socks.h"

#include "plugins/common/http_text.h"

namespace netpulse {
namespace {

constexpr std::uint8_t kVersion4 = 4, kVersion5 = 5, kVersionPassword = 1;
constexpr std::uint8_t kMethodsMax = 10, kMethodKnownMax = 10, kMethodPrivateMin = 0x80, kNoMethod = 0xff;
constexpr std::uint8_t kMethodNone = 0, kMethodPassword = 2;
constexpr std::uint8_t kCommandConnect = 1, kCommandBind = 2, kSucceeded = 0;
constexpr std::uint8_t kAddressV4 = 1, kAddressName = 3, kAddressV6 = 4;
constexpr std::size_t kAnswer4Bytes = 8, kRequestFixedBytes = 8, kTextBytesMax = 255, kChoiceBytes = 2;
constexpr std::uint8_t kGranted = 90, kRejectedLast = 93;
/// An answer may come byte by byte.
constexpr std::uint8_t kCallsMax = 32;
// State::flags
constexpr std::uint8_t kChosen = 0x01, kAsked = 0x02, kPasswordWanted = 0x04, kIsConnect = 0x08;

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

/// Reads one flow's dialogue. Lives for one call of Socks::consume().
class Dialogue {
 public:
  Dialogue(Bytes stream, Socks::State& state, AnalyzerContext& context) noexcept
      : stream_(stream), state_(state), context_(context) {}

  Verdict from_client() noexcept {
    if (state_.version == 0) return begin();
    if (state_.version == kVersion4 || has(kAsked)) return unsettled();  // for the protocol inside
    if (stream_[0] == kVersionPassword) return read_password();
    return read_request();
  }
  Verdict from_server() noexcept {
    if (state_.version == kVersion4) return read_answer4();
    if (!has(kChosen)) return read_choice();
    return has(kPasswordWanted) ? read_password_status() : read_answer5();
  }

 private:
  bool has(std::uint8_t flag) const noexcept { return (state_.flags & flag) != 0; }
  /// Nothing is sure before the server has said its first word.
  Verdict unsettled() const noexcept { return has(kChosen) ? Verdict::kNeedMore : Verdict::kTentative; }
  Verdict taken(const ByteCursor& cursor) noexcept {
    context_.discard_stream(cursor.position());
    return unsettled();
  }

  Verdict begin() noexcept {
    state_.version = stream_[0];
    if (stream_[0] == kVersion5) judge_greeting(stream_, state_.methods);
    if (stream_[0] == kVersion4 && stream_[1] == kCommandConnect) state_.flags |= kIsConnect;
    context_.discard_stream(stream_.size());
    return Verdict::kTentative;
  }

  Verdict read_choice() noexcept {
    ByteCursor cursor(stream_);
    const std::uint8_t version = cursor.u8(), chosen = cursor.u8();
    if (cursor.failed()) return Verdict::kTentative;
    const bool offered = chosen <= kMethodKnownMax && (state_.methods >> chosen & 1) != 0;
    if (version != kVersion5 || (!offered && chosen != kNoMethod) || stream_.size() != kChoiceBytes)
      return Verdict::kNotMine;
    state_.flags |= kChosen;
    if (chosen == kMethodPassword) state_.flags |= kPasswordWanted;
    if (chosen != kMethodNone && chosen != kMethodPassword) return Verdict::kDone;
    return taken(cursor);
  }

  Verdict read_password() noexcept {
    ByteCursor cursor(stream_);
    cursor.skip(1);
    cursor.take_u8_length();
    cursor.take_u8_length();
    return cursor.failed() ? unsettled() : taken(cursor);
  }

  Verdict read_password_status() noexcept {
    ByteCursor cursor(stream_);
    const std::uint8_t version = cursor.u8(), status = cursor.u8();
    if (cursor.failed()) return Verdict::kNeedMore;
    if (version != kVersionPassword || status != kSucceeded) return Verdict::kDone;
    state_.flags = static_cast<std::uint8_t>(state_.flags & ~kPasswordWanted);
    return taken(cursor);
  }

  Verdict read_request() noexcept {
    ByteCursor cursor(stream_);
    const std::uint8_t version = cursor.u8(), command = cursor.u8();
    const Bytes name = read_address(cursor);
    if (cursor.failed()) return unsettled();
    if (version != kVersion5) return has(kChosen) ? Verdict::kDone : Verdict::kNotMine;
    state_.flags |= kAsked;
    if (command == kCommandConnect) state_.flags |= kIsConnect;
    if (has(kChosen) && is_host_name(as_text(name))) context_.set_server_name(as_text(name));
    return taken(cursor);
  }

  Verdict read_answer5() noexcept {
    ByteCursor cursor(stream_);
    const std::uint8_t version = cursor.u8(), reply = cursor.u8();
    read_address(cursor);
    if (cursor.failed() && stream_.size() < kChoiceBytes) return Verdict::kNeedMore;
    if (version != kVersion5 || reply != kSucceeded || !has(kIsConnect)) return Verdict::kDone;
    if (cursor.failed()) return Verdict::kNeedMore;
    return hand_over(cursor);
  }

  Verdict read_answer4() noexcept {
    ByteCursor cursor(stream_);
    const std::uint8_t version = cursor.u8(), reply = cursor.u8();
    if (cursor.failed()) return Verdict::kTentative;
    if (version != 0 || reply < kGranted || reply > kRejectedLast) return Verdict::kNotMine;
    if (stream_.size() < kAnswer4Bytes) return Verdict::kTentative;
    cursor.skip(kAnswer4Bytes - kChoiceBytes);
    return reply == kGranted && has(kIsConnect) ? hand_over(cursor) : Verdict::kDone;
  }

  /// Reserved byte, address and port (RFC 1928 section 5). The name, if the address is one.
  static Bytes read_address(ByteCursor& cursor) noexcept {
    cursor.skip(1);
    const std::uint8_t type = cursor.u8();
    Bytes name;
    switch (type) {
      case kAddressName:
        name = cursor.take_u8_length();
        break;
      case kAddressV4:
        cursor.skip(4);
        break;
      case kAddressV6:
        cursor.skip(16);
        break;
      default:
        cursor.fail();
    }
    cursor.skip(2);
    return name;
  }

  Verdict hand_over(const ByteCursor& cursor) noexcept {
    context_.discard_stream(cursor.position());
    context_.hand_over();
    return Verdict::kDone;
  }

  const Bytes stream_;
  Socks::State& state_;
  AnalyzerContext& context_;
};

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

Verdict Socks::consume(const PacketView& packet, State& state, AnalyzerContext& context) noexcept {
  const auto side = static_cast<std::uint8_t>(packet.direction);
  if (state.version == 0) state.client = side;
  if (++state.calls > kCallsMax) return (state.flags & kChosen) != 0 ? Verdict::kDone : Verdict::kNotMine;
  Dialogue dialogue(packet.payload(), state, context);
  return side == state.client ? dialogue.from_client() : dialogue.from_server();
}

}  // namespace netpulse
