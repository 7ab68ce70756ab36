#include "plugins/postgresql/postgresql.h"

#include <algorithm>

namespace netpulse {
namespace {

constexpr std::size_t kRequestBytes = 8, kStartupBytesMin = 9, kStartupBytesMax = 10000;
constexpr std::size_t kHeaderBytes = 5;  // of a message of the server: type and length
constexpr std::size_t kMessageBytesMax = 1 << 20;
constexpr std::uint8_t kMessagesMax = 40;

enum class Packet : std::uint8_t { kEncryption, kStartup, kNeedMore, kNone };

constexpr std::array<std::uint8_t, kRequestBytes> kSslHead{0, 0, 0, 8, 4, 0xd2, 0x16, 0x2f},
    kGssHead{0, 0, 0, 8, 4, 0xd2, 0x16, 0x30}, kCancelHead{0, 0, 0, 16, 4, 0xd2, 0x16, 0x2e};

template <class Head>
bool begins_with_head(Bytes bytes, const Head& head) noexcept {
  return std::equal(head.begin(), head.begin() + static_cast<std::ptrdiff_t>(std::min(bytes.size(), head.size())),
                    bytes.begin());
}
/// Length of two octets, version 3.0 to 3.2.
bool begins_startup(Bytes bytes) noexcept {
  constexpr std::array<std::uint8_t, kRequestBytes> kLow{0, 0, 0, 0, 0, 3, 0, 0}, kHigh{0, 0, 0x27, 0xff, 0, 3, 0, 2};
  for (std::size_t i = 0; i < std::min(bytes.size(), kRequestBytes); ++i)
    if (bytes[i] < kLow[i] || bytes[i] > kHigh[i]) return false;
  return true;
}

/// A packet without a type octet, with which a client begins.
Packet first_packet(Bytes bytes, std::size_t& size) noexcept {
  const bool encryption = begins_with_head(bytes, kSslHead) || begins_with_head(bytes, kGssHead);
  const bool cancel = begins_with_head(bytes, kCancelHead), startup = begins_startup(bytes);
  if (!encryption && !cancel && !startup) return Packet::kNone;
  if (bytes.size() < kRequestBytes) return Packet::kNeedMore;
  ByteCursor cursor(bytes);
  size = cursor.u32();
  if (encryption) return Packet::kEncryption;
  if (startup && (size < kStartupBytesMin || size > kStartupBytesMax)) return Packet::kNone;
  if (startup && bytes.size() > kRequestBytes) {
    // Names and values end with zeros, and the list with one more; the first name is one of letters.
    const std::uint8_t first = bytes[kRequestBytes];
    const bool letter = (first >= 'a' && first <= 'z') || first == '_';
    if (!letter && !(first == 0 && size == kStartupBytesMin)) return Packet::kNone;
  }
  if (bytes.size() < size) return Packet::kNeedMore;
  return cancel || bytes[size - 1] == 0 ? Packet::kStartup : Packet::kNone;
}

/// The text up to the next zero octet.
std::string_view take_text(std::string_view& rest) noexcept {
  const std::size_t end = std::min(rest.find('\0'), rest.size());
  const std::string_view text = rest.substr(0, end);
  rest.remove_prefix(std::min(rest.size(), end + 1));
  return text;
}

void read_startup(Bytes packet, AnalyzerContext& context) noexcept {
  std::string_view rest = as_text(packet.subspan(kRequestBytes));
  while (!rest.empty()) {
    const std::string_view name = take_text(rest);
    const std::string_view value = take_text(rest);
    if (name == "application_name") context.set_attribute(FlowAttribute::kClientSoftware, value);
  }
}

/// Server messages until its version is known or it is ready for queries. True: nothing more is of interest.
bool read_server(Bytes& rest, Postgresql::State& state, AnalyzerContext& context) noexcept {
  while (!rest.empty()) {
    const std::size_t passed = std::min<std::size_t>(state.message_rest, rest.size());
    rest = rest.subspan(passed);
    state.message_rest -= static_cast<std::uint32_t>(passed);
    if (rest.size() < kHeaderBytes) return false;
    ByteCursor cursor(rest);
    const char type = static_cast<char>(cursor.u8());
    const std::size_t length = cursor.u32();
    if (length < 4 || length > kMessageBytesMax) return true;
    if (type == 'E' || type == 'Z' || ++state.messages > kMessagesMax) return true;  // refused, or ready
    if (type == 'S') {
      constexpr std::size_t kStatusBytesMax = 1024;
      if (length > kStatusBytesMax) return true;
      if (rest.size() < 1 + length) return false;
      std::string_view text = as_text(rest.subspan(kHeaderBytes, length - 4));
      if (take_text(text) == "server_version") {
        context.set_attribute(FlowAttribute::kServerSoftware, take_text(text));
        rest = rest.subspan(1 + length);
        return true;
      }
    }
    state.message_rest = static_cast<std::uint32_t>(1 + length);
  }
  return false;
}

}  // namespace

Verdict Postgresql::probe(const PacketView& packet) noexcept {
  std::size_t size = 0;
  switch (first_packet(packet.payload(), size)) {
    case Packet::kEncryption:
    case Packet::kStartup:
      return Verdict::kDone;
    case Packet::kNeedMore:
      return Verdict::kNeedMore;
    case Packet::kNone:
      break;
  }
  return Verdict::kNotMine;
}

Verdict Postgresql::consume(const PacketView& packet, State& state, AnalyzerContext& context) noexcept {
  const auto side = static_cast<std::uint8_t>(packet.direction);
  const Bytes stream = packet.payload();
  Bytes rest = stream;
  const auto end = [&](Verdict verdict) {
    context.discard_stream(stream.size() - rest.size());
    return verdict;
  };
  if (state.server == 0) state.server = static_cast<std::uint8_t>(2 - side);
  if (state.server != 1 + side) {
    while (!rest.empty() && state.asked == 0) {
      if (state.started != 0) {  // passwords and queries
        rest = {};
        break;
      }
      std::size_t size = 0;
      const Packet kind = first_packet(rest, size);
      if (kind == Packet::kNeedMore) break;
      if (kind == Packet::kNone) return end(Verdict::kDone);
      if (kind == Packet::kStartup) {
        state.started = 1;
        read_startup(rest.first(size), context);
      } else {
        state.asked = 1;
      }
      rest = rest.subspan(size);
    }
    return end(context.stream_gave_up() ? Verdict::kDone : Verdict::kNeedMore);
  }
  if (state.asked != 0) {
    const char answer = static_cast<char>(rest[0]);
    rest = rest.subspan(1);
    state.asked = 0;
    if (answer == 'S') {
      const Verdict verdict = end(Verdict::kDone);
      context.count(kUpgradeAccepted);
      context.hand_over();
      return verdict;
    }
    context.count(kUpgradeRefused);
    if (answer != 'N') return end(Verdict::kDone);  // GSSAPI, or an error of an old server
  }
  const bool done = read_server(rest, state, context);
  return end(done || context.stream_gave_up() ? Verdict::kDone : Verdict::kNeedMore);
}

}  // namespace netpulse
