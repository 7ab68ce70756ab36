#include "plugins/stun/stun.h"

namespace netpulse {
namespace {

constexpr std::uint32_t kMagicCookie = 0x2112a442;
constexpr std::size_t kHeaderBytes = 20, kChannelHeaderBytes = 4, kFrameHeaderBytes = 2;
constexpr std::uint16_t kAttributeSoftware = 0x8022;
constexpr std::uint8_t kTurnFirst = 0x40, kTurnLast = 0x7f;  // RFC 5766; RFC 8656 ends at 0x4f
/// Messages of one segment that are read.
constexpr int kMessagesMax = 64;

constexpr std::size_t padded(std::size_t bytes) noexcept { return (bytes + 3) & ~std::size_t{3}; }

struct Message {
  std::uint16_t type = 0;
  bool has_cookie = false;
  Bytes attributes;       ///< what is there of them
  std::size_t bytes = 0;  ///< by its own length
};

/// False if bytes do not begin with a header of 20 bytes as RFC 8489 section 5 draws it.
bool read_header(Bytes bytes, Message& message) noexcept {
  ByteCursor cursor(bytes);
  message.type = cursor.u16();
  const std::uint16_t length = cursor.u16();
  message.has_cookie = cursor.u32() == kMagicCookie;
  cursor.skip(kHeaderBytes - cursor.position());
  if (cursor.failed() || (message.type & 0xc000) != 0) return false;
  if (message.has_cookie && length % 4 != 0) return false;
  message.bytes = kHeaderBytes + length;
  message.attributes = cursor.take(std::min<std::size_t>(length, cursor.remaining()));
  return true;
}

template <class Visit>
bool for_each_attribute(Bytes attributes, Visit visit) noexcept {
  ByteCursor cursor(attributes);
  while (!cursor.at_end()) {
    const std::uint16_t type = cursor.u16();
    const std::uint16_t length = cursor.u16();
    const Bytes value = cursor.take(length);
    if (cursor.failed()) return false;
    visit(type, value);
    cursor.skip(std::min(padded(length) - length, cursor.remaining()));
  }
  return true;
}

bool attributes_fit(Bytes attributes) noexcept {
  return for_each_attribute(attributes, [](std::uint16_t, Bytes) {});
}

/// The types of RFC 3489 section 11.1: Binding and SharedSecret, requests and their answers.
bool is_classic(const Message& message) noexcept {
  const std::uint16_t method = message.type & 0x000f, message_class = message.type & 0xfff0;
  return (method == 1 || method == 2) && (message_class == 0 || message_class == 0x0100 || message_class == 0x0110);
}

bool is_message(Bytes datagram, bool cut, bool classic_allowed, Message& message) noexcept {
  if (!read_header(datagram, message)) return false;
  if (!message.has_cookie && !(classic_allowed && is_classic(message))) return false;
  if (cut) return true;
  return message.bytes == datagram.size() && attributes_fit(message.attributes);
}

/// The first byte of DTLS, RTP or RTCP (RFC 7983 section 7).
bool is_media(std::uint8_t first) noexcept { return (first >= 20 && first <= 63) || (first >= 128 && first <= 191); }

bool classic_port(const PacketView& packet) noexcept { return on_port(packet, Stun::kPorts[0].first); }

void tell_software(const Message& message, AnalyzerContext& context) noexcept {
  for_each_attribute(message.attributes, [&](std::uint16_t type, Bytes value) {
    if (type != kAttributeSoftware) return;
    std::string_view text = as_text(value);
    text = text.substr(0, text.find('\0'));
    context.set_attribute(context.from_initiator() ? FlowAttribute::kClientSoftware : FlowAttribute::kServerSoftware,
                          text);
  });
}

/// Length of the next message of a TCP stream with its frame or padding, in order of what is asked: STUN, STUN in a
/// frame (RFC 4571), ChannelData. 0: more bytes are needed. SIZE_MAX: neither.
std::size_t next_message(Bytes stream, Message& message) noexcept {
  constexpr std::size_t kOther = SIZE_MAX;
  message = Message{};
  const std::size_t enough = kFrameHeaderBytes + kHeaderBytes;
  const bool channel = stream[0] >= kTurnFirst && stream[0] <= kTurnLast;
  if (stream.size() < (channel ? kChannelHeaderBytes : enough) && stream.size() < kHeaderBytes) return 0;
  if (read_header(stream, message) && message.has_cookie) return message.bytes;
  message = Message{};
  if (channel) {
    const std::size_t length = static_cast<std::size_t>(stream[2] << 8 | stream[3]);
    return kChannelHeaderBytes + padded(length);
  }
  if (stream.size() < enough) return 0;
  const std::size_t frame_bytes = static_cast<std::size_t>(stream[0] << 8 | stream[1]);
  if (read_header(stream.subspan(kFrameHeaderBytes), message) && message.has_cookie && message.bytes == frame_bytes)
    return kFrameHeaderBytes + frame_bytes;
  return kOther;
}

Verdict read_stream(Bytes stream, AnalyzerContext& context) noexcept {
  std::size_t done = 0;
  for (int i = 0; i < kMessagesMax && done < stream.size(); ++i) {
    Message message;
    const Bytes rest = stream.subspan(done);
    const std::size_t size = next_message(rest, message);
    if (size == SIZE_MAX) {
      context.discard_stream(done);
      context.hand_over();
      return Verdict::kDone;
    }
    if (size == 0 || size > rest.size()) break;
    tell_software(message, context);
    done += size;
  }
  if (done != 0) context.discard_stream(done);
  return Verdict::kTentative;
}

}  // namespace

Verdict Stun::probe(const PacketView& packet) noexcept {
  const Bytes payload = packet.payload();
  Message message;
  if (over_udp(packet)) return mine_if(is_message(payload, is_cut(packet), classic_port(packet), message));
  if (!over_tcp(packet)) return Verdict::kNotMine;
  constexpr std::size_t kEnoughBytes = kFrameHeaderBytes + kHeaderBytes;
  if (read_header(payload, message) && message.has_cookie) return Verdict::kDone;
  if (payload.size() >= kEnoughBytes) {
    const std::size_t frame_bytes = static_cast<std::size_t>(payload[0] << 8 | payload[1]);
    return mine_if(read_header(payload.subspan(kFrameHeaderBytes), message) && message.has_cookie &&
                   message.bytes == frame_bytes);
  }
  // Below 64 in its first byte, or in the one behind a frame's length.
  constexpr std::uint8_t kTypeFirstByteMax = 0x3f;
  const bool possible = payload[0] <= kTypeFirstByteMax || payload.size() < 3 || payload[2] <= kTypeFirstByteMax;
  return possible ? Verdict::kNeedMore : Verdict::kNotMine;
}

Verdict Stun::consume(const PacketView& packet, State&, AnalyzerContext& context) noexcept {
  if (over_tcp(packet)) return read_stream(packet.payload(), context);
  Message message;
  if (is_message(packet.payload(), is_cut(packet), classic_port(packet), message)) {
    tell_software(message, context);
    return Verdict::kTentative;
  }
  if (!is_media(packet.payload()[0])) return Verdict::kNeedMore;  // ChannelData, and messages that are broken
  context.hand_over();
  return Verdict::kDone;
}

}  // namespace netpulse
