#include "plugins/tls/tls.h"

#include <algorithm>

#include "plugins/common/client_hello.h"
#include "plugins/common/hello_report.h"
#include "plugins/tls/handshake_reader.h"

namespace netpulse {
namespace {

/// After the hello of one side, so many more of its payloads may pass before the other side, which has said nothing
/// whole, is given up (one-way captures).
/// More than an initial window of 0-RTT data (RFC 6928: ten segments).
constexpr std::uint8_t kCallsWaitingMax = 16;

/// The whole record header and, where it is there, the one behind the record.
bool framed_as_records(Bytes bytes) noexcept {
  if (!is_tls_record_header(bytes)) return false;
  const std::size_t record_bytes = kTlsRecordHeaderBytes + static_cast<std::size_t>(bytes[3] << 8 | bytes[4]);
  if (record_bytes == kTlsRecordHeaderBytes) return false;
  if (bytes.size() < record_bytes + kTlsRecordHeaderBytes) return true;
  return is_tls_record_header(bytes.subspan(record_bytes));
}

/// Bytes of the records that stream holds whole, from its start; all of it if it is not records.
std::size_t whole_records_bytes(Bytes stream) noexcept {
  std::size_t done = 0;
  while (stream.size() - done >= kTlsRecordHeaderBytes) {
    const Bytes rest = stream.subspan(done);
    if (!is_tls_record_header(rest)) return stream.size();
    const std::size_t record_bytes = kTlsRecordHeaderBytes + static_cast<std::size_t>(rest[3] << 8 | rest[4]);
    if (record_bytes > rest.size()) break;
    done += record_bytes;
  }
  return done;
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

constexpr HelloLists kLists{Tls::kListServerName, Tls::kListAlpn, Tls::kListJa3, Tls::kListJa3s, Tls::kListJa4};

void on_client_hello(const ClientHello& hello, Tls::State& state, AnalyzerContext& context) noexcept {
  const bool first = state.client_hello == 0;
  const SniKind sni = report_client_hello(hello, Ja4Transport::kTcp, first, kLists, context);
  if (hello.bad_extension) context.count(Tls::kCounterMalformed);
  if (!first) return;
  state.client_hello = 1;
  state.sni = static_cast<std::uint8_t>(sni);
  if (state.version == 0) context.detail().tls_version = state.version = hello.version_offered();
}

void on_server_hello(const ServerHello& hello, Tls::State& state, AnalyzerContext& context) noexcept {
  report_server_hello(hello, kLists, context);
  if (hello.bad_extension) context.count(Tls::kCounterMalformed);
  state.version = hello.version();
  if (hello.is_hello_retry_request) state.retry = 1;
}

enum class Side : std::uint8_t { kWaiting, kDone, kMalformed };

/// A hello not seen before. kDone: the last one of its direction.
Side on_hello(const HandshakeReader& reader, Tls::State& state, AnalyzerContext& context) noexcept {
  if (reader.type() == kHandshakeClientHello) {
    ClientHello hello;
    if (!parse_client_hello(reader.body(), hello)) return Side::kMalformed;
    on_client_hello(hello, state, context);
    return Side::kDone;
  }
  ServerHello hello;
  if (!parse_server_hello(reader.body(), hello)) return Side::kMalformed;
  on_server_hello(hello, state, context);
  return hello.is_hello_retry_request ? Side::kWaiting : Side::kDone;
}

/// Reads one direction from its first byte; hellos that were handled in an earlier call are passed over.
Side read_side(Bytes stream, std::size_t side, Tls::State& state, AnalyzerContext& context) noexcept {
  HandshakeReader reader(stream);
  std::uint8_t hello_index = 0;
  while (true) {
    switch (reader.next()) {
      case HandshakeReader::Event::kMessage: {
        if (reader.type() != kHandshakeClientHello && reader.type() != kHandshakeServerHello) {
          if (reader.type() == 0 && reader.body().empty()) break;  // HelloRequest: the server asks for the ClientHello
          return Side::kDone;                                      // the hello went by unseen
        }
        if (hello_index++ < state.hellos[side]) break;
        state.hellos[side] = hello_index;
        state.any_hello = 1;
        const Side result = on_hello(reader, state, context);
        if (result != Side::kWaiting) return result;
        break;
      }
      case HandshakeReader::Event::kWarning:
        break;  // such as unrecognized_name before the ServerHello (RFC 6066 section 3)
      case HandshakeReader::Event::kChangeCipherSpec:
      case HandshakeReader::Event::kApplicationData:
        // Between two hellos of TLS 1.3: the dummy of RFC 8446 appendix D.4, and early data.
        if (state.retry == 0) return Side::kDone;
        break;
      case HandshakeReader::Event::kAlert:
        return Side::kDone;
      case HandshakeReader::Event::kNeedMore:
        if (!context.stream_gave_up()) return Side::kWaiting;
        context.count(Tls::kCounterIncomplete);
        return Side::kDone;
      case HandshakeReader::Event::kTooLong:
        context.count(Tls::kCounterIncomplete);
        return Side::kDone;
      case HandshakeReader::Event::kMalformed:
        return Side::kMalformed;
    }
  }
}

void count_handshake(const Tls::State& state, AnalyzerContext& context) noexcept {
  if (state.client_hello != 0) context.count(version_label(state.version) * kTlsSniLabels.size() + state.sni);
}

Side read_ssl2_hello(Bytes stream, Tls::State& state) noexcept {
  state.client_hello = state.any_hello = 1;
  state.sni = static_cast<std::uint8_t>(SniKind::kAbsent);
  if (state.version == 0) state.version = static_cast<std::uint16_t>(stream[3] << 8 | stream[4]);
  return Side::kDone;
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
  const Bytes stream = packet.payload();
  if (state.side_done[side] != 0) {
    ++state.calls_waiting;
  } else {
    const bool ssl2 = state.hellos[side] == 0 && is_ssl2_client_hello(stream);
    const std::uint8_t had_retry = state.retry;
    const Side result = ssl2 ? read_ssl2_hello(stream, state) : read_side(stream, side, state, context);
    if (result == Side::kMalformed) {
      context.count(kCounterMalformed);
      count_handshake(state, context);
      return Verdict::kMalformed;
    }
    state.side_done[side] = result == Side::kDone ? 1 : 0;
    // The client answers a HelloRetryRequest with its hello once more.
    if (state.retry != had_retry) state.side_done[1 - side] = 0;
  }
  const bool midstream = state.any_hello == 0 && (state.side_done[0] | state.side_done[1]) != 0;
  const bool both_done = (state.side_done[0] & state.side_done[1]) != 0;
  if (both_done || midstream || state.calls_waiting > kCallsWaitingMax) {
    count_handshake(state, context);
    return Verdict::kDone;
  }
  if (state.side_done[side] != 0) {
    // Up to a record's end, so that the second hello after a HelloRetryRequest is found.
    context.discard_stream(whole_records_bytes(stream));
    state.hellos[side] = 0;
  }
  return Verdict::kNeedMore;
}

}  // namespace netpulse
