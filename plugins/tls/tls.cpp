#include "plugins/tls/tls.h"

#include <algorithm>

#include "plugins/common/handshake_reader.h"
#include "plugins/common/hello_report.h"

namespace netpulse {
namespace {

constexpr HelloLists kLists{Tls::kListServerName, Tls::kListAlpn, Tls::kListJa3, Tls::kListJa3s, Tls::kListJa4};

/// After the hello of one side, so many more of its payloads may pass before the other side, which has said nothing
/// whole, is given up (one-way captures).
/// More than an initial window of 0-RTT data (RFC 6928: ten segments).
constexpr std::uint8_t kCallsWaitingMax = 16;
/// And so many of both sides, once both were read, until the end of the handshake is given up. Enough for a chain of
/// 32 KiB.
constexpr std::uint8_t kCallsFollowingMax = 40;

/// The whole record header and, where it is there, the one behind the record.
bool framed_as_records(Bytes bytes) noexcept {
  if (!is_tls_record_header(bytes)) return false;
  const std::size_t record_bytes = kTlsRecordHeaderBytes + static_cast<std::size_t>(bytes[3] << 8 | bytes[4]);
  if (record_bytes == kTlsRecordHeaderBytes) return false;
  if (bytes.size() < record_bytes + kTlsRecordHeaderBytes) return true;
  return is_tls_record_header(bytes.subspan(record_bytes));
}

/// A ClientHello in an SSL 2.0 record (RFC 5246 appendix E.2): 15-bit length, type 1, version, lengths of cipher
/// specs, session id and challenge.
bool is_ssl2_client_hello(Bytes bytes) noexcept {
  constexpr std::size_t kFieldsBytes = 9;
  ByteCursor cursor(bytes);
  const std::uint16_t length = cursor.u16();
  const std::uint8_t type = cursor.u8();
  const std::uint16_t version = cursor.u16();
  const std::uint16_t ciphers = cursor.u16(), session_id = cursor.u16(), challenge = cursor.u16();
  if (cursor.failed() || (length & 0x8000) == 0 || type != kHandshakeClientHello) return false;
  if (version != 0x0002 && (version < 0x0300 || version > 0x0303)) return false;
  return ciphers != 0 && ciphers % 3 == 0 && (session_id == 0 || session_id == 16) && challenge >= 16 &&
         challenge <= 32 && std::size_t{ciphers} + session_id + challenge + kFieldsBytes == (length & 0x7fffU);
}

std::size_t version_label(std::uint16_t version) noexcept {
  if (version >> 8 == 0x7f) return 0;  // drafts of TLS 1.3 (RFC 8446 section 4.2.1.1 of the drafts)
  return version >= 0x0300 && version <= 0x0304 ? 0x0304U - version : kTlsVersionLabels.size() - 1;
}

void count_handshake(Tls::State& state, AnalyzerContext& context) noexcept {
  if (state.client_hello == 0 || state.counted != 0) return;
  state.counted = 1;
  context.count(version_label(state.version) * kTlsSniLabels.size() + state.sni);
}

void on_client_hello(const ClientHello& hello, const PacketView& packet, Tls::State& state,
                     AnalyzerContext& context) noexcept {
  const bool first = state.client_hello == 0;
  const SniKind sni =
      report_client_hello(hello, Ja4Transport::kTcp, first, kLists, context.per_worker<FingerprintMemo>(), context);
  if (hello.bad_extension) context.count(Tls::kCounterMalformed);
  if (!first) return;
  state.client_hello = 1;
  state.client_direction = static_cast<std::uint8_t>(packet.direction);
  state.client_hello_at = packet.received_at;
  state.sni = static_cast<std::uint8_t>(sni);
  if (state.version == 0) state.version = hello.version_offered();
}

void on_server_hello(const ServerHello& hello, Tls::State& state, AnalyzerContext& context) noexcept {
  report_server_hello(hello, kLists, context.per_worker<FingerprintMemo>(), context);
  if (hello.bad_extension) context.count(Tls::kCounterMalformed);
  state.version = hello.version();
  if (hello.is_hello_retry_request) {
    state.retry = 1;
    return;
  }
  state.server_hello = 1;
  count_handshake(state, context);
}

enum class Side : std::uint8_t { kWaiting, kRead, kMalformed };

bool is_tls13(std::uint16_t version) noexcept { return version >= 0x0304; }

/// A hello not seen before. kRead: the last message of its direction that is read.
Side on_hello(const HandshakeReader& reader, const PacketView& packet, Tls::State& state,
              AnalyzerContext& context) noexcept {
  if (reader.type() == kHandshakeClientHello) {
    ClientHello hello;
    if (!parse_client_hello(reader.body(), hello)) return Side::kMalformed;
    on_client_hello(hello, packet, state, context);
    return Side::kRead;
  }
  ServerHello hello;
  if (!parse_server_hello(reader.body(), hello)) return Side::kMalformed;
  on_server_hello(hello, state, context);
  // Of TLS 1.2 and older the certificate follows; of TLS 1.3 it is encrypted.
  return hello.is_hello_retry_request || !is_tls13(hello.version()) ? Side::kWaiting : Side::kRead;
}

/// Behind a ServerHello. kWaiting: the certificate is not whole.
Side on_certificate(Bytes body, AnalyzerContext& context) noexcept {
  CertificateNames names;
  switch (read_certificate_message(body, names)) {
    case CertificateStatus::kNeedMore:
      return Side::kWaiting;
    case CertificateStatus::kRead:
      report_certificate(names, context);
      break;
    case CertificateStatus::kMalformed:
      context.count(Tls::kCounterMalformed);
      break;
    case CertificateStatus::kAbsent:
      break;
  }
  return Side::kRead;
}

/// The stream ends here in a message. kWaiting: it may go on.
Side on_partial(const HandshakeReader& reader, bool after_server_hello, bool may_go_on,
                AnalyzerContext& context) noexcept {
  if (after_server_hello && reader.partial_type() == kHandshakeCertificate &&
      on_certificate(reader.partial_body(), context) == Side::kRead)
    return Side::kRead;
  if (may_go_on) return Side::kWaiting;
  context.count(Tls::kCounterIncomplete);
  return Side::kRead;
}

/// Reads one direction from its first byte; hellos that were handled in an earlier call are passed over.
Side read_side(Bytes stream, const PacketView& packet, Tls::State& state, AnalyzerContext& context) noexcept {
  const auto side = static_cast<std::size_t>(packet.direction);
  HandshakeReader reader(stream);
  std::uint8_t hello_index = 0;
  bool after_server_hello = false;
  while (true) {
    switch (reader.next()) {
      case HandshakeReader::Event::kMessage: {
        if (reader.type() == kHandshakeCertificate && after_server_hello) return on_certificate(reader.body(), context);
        if (reader.type() != kHandshakeClientHello && reader.type() != kHandshakeServerHello) {
          if (reader.type() == 0 && reader.body().empty()) break;  // HelloRequest: the server asks for the ClientHello
          return Side::kRead;                                      // the hello went by unseen
        }
        after_server_hello = reader.type() == kHandshakeServerHello;
        if (hello_index++ < state.hellos[side]) break;
        state.hellos[side] = hello_index;
        state.any_hello = 1;
        const Side result = on_hello(reader, packet, state, context);
        if (result != Side::kWaiting) return result;
        break;
      }
      case HandshakeReader::Event::kWarning:
        break;  // such as unrecognized_name before the ServerHello (RFC 6066 section 3)
      case HandshakeReader::Event::kChangeCipherSpec:
      case HandshakeReader::Event::kApplicationData:
        // Between two hellos of TLS 1.3: the dummy of RFC 8446 appendix D.4, and early data.
        if (state.retry == 0 || state.server_hello != 0) return Side::kRead;
        break;
      case HandshakeReader::Event::kAlert:
        return Side::kRead;
      case HandshakeReader::Event::kNeedMore:
        return on_partial(reader, after_server_hello, !context.stream_gave_up(), context);
      case HandshakeReader::Event::kTooLong:
        return on_partial(reader, after_server_hello, false, context);
      case HandshakeReader::Event::kMalformed:
        return Side::kMalformed;
    }
  }
}

Side read_ssl2_hello(Bytes stream, const PacketView& packet, Tls::State& state) noexcept {
  state.client_hello = state.any_hello = 1;
  state.client_direction = static_cast<std::uint8_t>(packet.direction);
  state.client_hello_at = packet.received_at;
  state.sni = static_cast<std::uint8_t>(SniKind::kAbsent);
  if (state.version == 0) state.version = static_cast<std::uint16_t>(stream[3] << 8 | stream[4]);
  return Side::kRead;
}

/// A record of a side that was read has gone by whole. True: it ends what can be seen of the handshake.
bool ends_handshake(std::uint8_t type, const PacketView& packet, Tls::State& state, AnalyzerContext& context) noexcept {
  const auto side = static_cast<std::size_t>(packet.direction);
  const bool from_client = side == state.client_direction;
  if (state.server_hello == 0) {
    // Early data: what the client sends then does not tell its Finished.
    if (type == TlsContent::kApplicationData && from_client) state.client_hello_at = {};
    return false;
  }
  if (is_tls13(state.version)) {
    if (type != TlsContent::kApplicationData || !from_client) return false;
  } else {
    if (type == TlsContent::kApplicationData) return true;  // both have changed their ciphers, unseen
    if (type != TlsContent::kChangeCipherSpec) return false;
    state.ciphers_changed[side] = 1;
    if (state.ciphers_changed[1 - side] == 0) return false;
  }
  if (state.client_hello_at.known() && packet.received_at > state.client_hello_at) {
    context.observe_latency(0, packet.received_at - state.client_hello_at);
    context.detail().set_handshake(packet.received_at - state.client_hello_at);
  }
  return true;
}

/// Passes over the records of a side that was read, and needs no more than their headers for it. True: the handshake is
/// over, or the stream has lost its framing. passed: bytes that are done with.
bool pass_records(Bytes stream, const PacketView& packet, Tls::State& state, std::size_t& passed,
                  AnalyzerContext& context) noexcept {
  const auto side = static_cast<std::size_t>(packet.direction);
  passed = 0;
  while (true) {
    std::uint16_t& rest = state.record_rest[side];
    if (rest != 0) {
      const std::size_t count = std::min<std::size_t>(rest, stream.size() - passed);
      passed += count;
      rest = static_cast<std::uint16_t>(rest - count);
      if (rest != 0) return false;
      if (ends_handshake(state.record_type[side], packet, state, context)) return true;
    }
    const Bytes next = stream.subspan(passed);
    if (next.size() < kTlsRecordHeaderBytes) return false;
    if (!is_tls_record_header(next)) return true;
    state.record_type[side] = next[0];
    rest = static_cast<std::uint16_t>(next[3] << 8 | next[4]);
    passed += kTlsRecordHeaderBytes;
  }
}

}  // namespace

Verdict Tls::probe(const PacketView& packet) noexcept {
  const Bytes bytes = packet.payload();
  if ((bytes[0] & 0x80) != 0) {
    constexpr std::size_t kSsl2FieldsBytes = 11;
    if (bytes.size() >= kSsl2FieldsBytes) return is_ssl2_client_hello(bytes) ? Verdict::kDone : Verdict::kNotMine;
    const bool possible = bytes.size() < 3 || bytes[2] == kHandshakeClientHello;
    return possible ? Verdict::kNeedMore : Verdict::kNotMine;
  }
  if (bytes[0] < TlsContent::kChangeCipherSpec || bytes[0] > TlsContent::kApplicationData) return Verdict::kNotMine;
  if ((bytes.size() > 1 && bytes[1] != 3) || (bytes.size() > 2 && bytes[2] > 4)) return Verdict::kNotMine;
  if (bytes.size() < kTlsRecordHeaderBytes) return Verdict::kNeedMore;
  return framed_as_records(bytes) ? Verdict::kDone : Verdict::kNotMine;
}

Verdict Tls::consume(const PacketView& packet, State& state, AnalyzerContext& context) noexcept {
  const auto side = static_cast<std::size_t>(packet.direction);
  Bytes stream = packet.payload();
  std::size_t passed = 0;
  bool over = false;
  if (state.side_read[side] != 0) {
    ++state.calls_waiting;
    over = pass_records(stream, packet, state, passed, context);
    context.discard_stream(passed);
  } else {
    // After a HelloRetryRequest: the rest of early data.
    const std::size_t rest = std::min<std::size_t>(state.record_rest[side], stream.size());
    state.record_rest[side] = static_cast<std::uint16_t>(state.record_rest[side] - rest);
    if (rest != 0) context.discard_stream(rest);
    stream = stream.subspan(rest);
    const bool ssl2 = state.any_hello == 0 && is_ssl2_client_hello(stream);
    const std::uint8_t had_retry = state.retry;
    const Side result = ssl2 ? read_ssl2_hello(stream, packet, state) : read_side(stream, packet, state, context);
    if (result == Side::kMalformed) {
      context.count(kCounterMalformed);
      count_handshake(state, context);
      return Verdict::kMalformed;
    }
    // The client answers a HelloRetryRequest with its hello once more.
    if (state.retry != had_retry) state.side_read[1 - side] = 0;
    if (result == Side::kRead) {
      state.side_read[side] = 1;
      state.hellos[side] = 0;
      if (ssl2)
        passed = stream.size();
      else
        over = pass_records(stream, packet, state, passed, context);
      context.discard_stream(passed);
    }
  }
  const bool both_read = (state.side_read[0] & state.side_read[1]) != 0;
  const bool midstream = state.any_hello == 0 && (state.side_read[0] | state.side_read[1]) != 0;
  const std::uint8_t calls_max = both_read ? kCallsFollowingMax : kCallsWaitingMax;
  // Without both hellos the end of the handshake tells nothing.
  const bool one_hello = both_read && (state.client_hello & state.server_hello) == 0;
  if (!over && !midstream && !one_hello && state.calls_waiting <= calls_max) return Verdict::kNeedMore;
  count_handshake(state, context);
  return Verdict::kDone;
}

}  // namespace netpulse
