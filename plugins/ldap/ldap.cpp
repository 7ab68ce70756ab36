#include "plugins/ldap/ldap.h"

#include <algorithm>

#include "plugins/common/der.h"

namespace netpulse {
namespace {

constexpr std::string_view kStartTls = "1.3.6.1.4.1.1466.20037";
constexpr std::uint8_t kBindRequest = 0x60, kBindResponse = 0x61, kUnbindRequest = 0x42, kSearchRequest = 0x63,
                       kSearchEntry = 0x64, kSearchDone = 0x65, kDeleteRequest = 0x4a, kAbandonRequest = 0x50,
                       kSearchReference = 0x73, kExtendedRequest = 0x77, kExtendedResponse = 0x78,
                       kIntermediateResponse = 0x79, kRequestName = 0x80;
constexpr std::uint8_t kMessagesMax = 20;
/// Longer ones are passed over, and none is longer than this.
constexpr std::size_t kMessageBytesRead = 4096, kMessageBytesMax = 1 << 24;

/// The envelope of a message (RFC 4511 section 4.1.1), as far as the operation's own header.
struct Message {
  std::size_t bytes = 0;  ///< of the whole message with its header
  std::uint32_t id = 0;
  std::uint8_t operation = 0;
  Bytes content;  ///< of the operation, maybe not all of it
};

enum class Envelope : std::uint8_t { kRead, kNeedMore, kBad };

/// True if the operation's content may begin with this octet.
constexpr bool content_fits(std::uint8_t operation, std::uint8_t first) noexcept {
  switch (operation) {
    case kBindRequest:
      return first == DerTag::kInteger;  // version
    case kSearchRequest:
    case kSearchEntry:
    case 0x66:  // modify
    case 0x68:  // add
    case 0x6c:  // modify DN
    case 0x6e:  // compare
    case kSearchReference:
      return first == DerTag::kOctetString;  // a distinguished name or URI
    case kBindResponse:
    case kSearchDone:
    case 0x67:
    case 0x69:
    case 0x6b:
    case 0x6d:
    case 0x6f:
    case kExtendedResponse:
      return first == DerTag::kEnumerated;  // resultCode
    case kExtendedRequest:
    case kIntermediateResponse:
      return first >= 0x80 && first <= 0x82;
    default:
      return false;
  }
}
constexpr bool is_primitive(std::uint8_t operation) noexcept {
  return operation == kUnbindRequest || operation == kDeleteRequest || operation == kAbandonRequest;
}

Envelope read_envelope(Bytes stream, Message& message) noexcept {
  if (stream[0] != DerTag::kSequence) return Envelope::kBad;
  // The longest header: sequence, id, operation, and the first octet of its content.
  constexpr std::size_t kHeaderBytesMax = 6 + 6 + 6 + 1;
  const bool all_there = stream.size() >= kHeaderBytesMax;
  ByteCursor cursor(stream);
  std::uint8_t tag = 0;
  const std::size_t length = take_der_header(cursor, tag);
  const std::size_t begin = cursor.position();
  const bool cut = cursor.failed();
  // A bad length octet shows at once: 0x80 and more than four.
  if (stream.size() > 1 && (stream[1] == 0x80 || stream[1] > 0x84)) return Envelope::kBad;
  if (cut) return all_there ? Envelope::kBad : Envelope::kNeedMore;
  constexpr std::size_t kMessageBytesMin = 5;  // id and unbindRequest
  if (length < kMessageBytesMin || length > kMessageBytesMax) return Envelope::kBad;
  message.bytes = begin + length;
  // A message that is there whole cannot have its fields outside.
  const bool whole = stream.size() >= message.bytes;
  ByteCursor fields(stream.subspan(begin, std::min(length, stream.size() - begin)));
  const Bytes id = take_der(fields, DerTag::kInteger);
  if (!fields.failed() && (id.empty() || id.size() > 4)) return Envelope::kBad;
  for (const std::uint8_t octet : id) message.id = message.id << 8 | octet;
  const std::size_t operation_bytes = take_der_header(fields, message.operation);
  const std::size_t header_bytes = fields.position();
  if (fields.failed()) {
    const bool id_fits = stream.size() - begin < 1 || stream[begin] == DerTag::kInteger;
    return whole || all_there || !id_fits ? Envelope::kBad : Envelope::kNeedMore;
  }
  if (header_bytes + operation_bytes > length) return Envelope::kBad;
  message.content = fields.take(std::min(operation_bytes, fields.remaining()));
  if (is_primitive(message.operation))
    return (message.operation == kUnbindRequest) == (operation_bytes == 0) ? Envelope::kRead : Envelope::kBad;
  if (operation_bytes == 0) return Envelope::kBad;
  if (message.content.empty())
    return content_fits(message.operation, 0x80) || content_fits(message.operation, 0x0a) ||
                   content_fits(message.operation, 0x04) || content_fits(message.operation, 0x02)
               ? Envelope::kNeedMore
               : Envelope::kBad;
  return content_fits(message.operation, message.content[0]) ? Envelope::kRead : Envelope::kBad;
}

bool asks_for_tls(const Message& message) noexcept {
  if (message.operation != kExtendedRequest) return false;
  ByteCursor cursor(message.content);
  return as_text(take_der(cursor, kRequestName)) == kStartTls;
}
bool succeeds(const Message& message) noexcept {
  ByteCursor cursor(message.content);
  const Bytes code = take_der(cursor, DerTag::kEnumerated);
  return code.size() == 1 && code[0] == 0;
}

}  // namespace

Verdict Ldap::probe(const PacketView& packet) noexcept {
  Message message;
  switch (read_envelope(packet.payload(), message)) {
    case Envelope::kRead:
      // A datagram is one message or several, whole.
      if (packet.key.protocol == 17 && message.bytes > packet.payload().size() && !packet.is(PacketView::kFlagSnapped))
        return Verdict::kNotMine;
      return Verdict::kDone;
    case Envelope::kNeedMore:
      return Verdict::kNeedMore;
    case Envelope::kBad:
      break;
  }
  return Verdict::kNotMine;
}

Verdict Ldap::consume(const PacketView& packet, State& state, AnalyzerContext& context) noexcept {
  if (packet.key.protocol != 6) return Verdict::kDone;  // CLDAP has no StartTLS
  const auto side = static_cast<std::size_t>(packet.direction);
  const Bytes stream = packet.payload();
  Bytes rest = stream;
  const auto end = [&](Verdict verdict) {
    context.discard_stream(stream.size() - rest.size());
    return verdict;
  };
  const auto pass = [&](std::size_t bytes) {
    const std::size_t there = std::min(bytes, rest.size());
    rest = rest.subspan(there);
    state.message_rest[side] = static_cast<std::uint32_t>(bytes - there);
  };
  pass(state.message_rest[side]);
  while (!rest.empty()) {
    Message message;
    const Envelope envelope = read_envelope(rest, message);
    if (envelope == Envelope::kNeedMore) break;
    if (envelope == Envelope::kBad) {
      // What is sent ahead of the answer to StartTLS waits for it.
      return end(state.asked != 0 && begins_tls(rest) ? Verdict::kNeedMore : Verdict::kDone);
    }
    const bool wanted = message.operation == kExtendedRequest || message.operation == kExtendedResponse;
    if (wanted && message.bytes <= kMessageBytesRead && message.bytes > rest.size()) break;
    if (++state.messages > kMessagesMax) return end(Verdict::kDone);
    pass(message.bytes);
    if (asks_for_tls(message)) {
      state.asked = 1;
      state.start_tls_id = message.id;
    } else if (message.operation == kExtendedResponse && state.asked != 0 && message.id == state.start_tls_id) {
      state.asked = 0;
      const bool accepted = succeeds(message);
      context.count(accepted ? kUpgradeAccepted : kUpgradeRefused);
      if (!accepted) continue;
      const Verdict verdict = end(Verdict::kDone);
      context.hand_over();
      return verdict;
    }
  }
  return end(context.stream_gave_up() ? Verdict::kDone : Verdict::kNeedMore);
}

}  // namespace netpulse
