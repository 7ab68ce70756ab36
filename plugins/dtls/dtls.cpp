#include "plugins/dtls/dtls.h"

#include "plugins/common/handshake_reader.h"
#include "plugins/common/rtp_header.h"
#include "plugins/dtls/dtls_record.h"

namespace netpulse {
namespace {

constexpr HelloLists kLists{Dtls::kListServerName, Dtls::kListAlpn, Dtls::kListJa3, Dtls::kListJa3s, Dtls::kListJa4};

/// HandshakeType 0 to 24 and 254 (message_hash) are in use (IANA).
constexpr std::uint8_t kHandshakeTypeMax = 24;
/// A flow of DTLS-SRTP costs a look at each datagram until the media begin: so many, with the connectivity checks
/// between.
constexpr std::uint8_t kCallsMax = 200;

/// Media on a port that DTLS shares (RFC 7983 section 7), but for RTCP: reports come also before the media, and where
/// they are encrypted nobody else would know the flow by them.
bool is_rtp(Bytes datagram) noexcept {
  return datagram[0] >= 128 && datagram[0] <= 191 &&
         (datagram.size() < 2 || datagram[1] < kRtcpTypeMin || datagram[1] > kRtcpTypeMax);
}
constexpr std::uint8_t kContentTls12Cid = 25;
constexpr bool is_dtls(std::uint8_t first) noexcept { return first >= 20 && first <= 63; }

std::size_t version_label(std::uint16_t version) noexcept {
  switch (version) {
    case kDtls13:
      return 0;
    case kDtls12:
      return 1;
    case kDtls10:
      return 2;
    default:
      return kDtlsVersionLabels.size() - 1;
  }
}

void on_client_hello(Bytes body, const PacketView& packet, Dtls::State& state, AnalyzerContext& context) noexcept {
  if (state.client_hello != 0) return;  // sent again, with the cookie that was asked for or without
  ClientHello hello;
  if (!parse_client_hello(body, hello, HelloForm::kDtls)) {
    context.count(Dtls::kCounterMalformed);
    return;
  }
  const SniKind sni =
      report_client_hello(hello, Ja4Transport::kDtls, true, kLists, context.per_worker<FingerprintMemo>(), context);
  if (hello.bad_extension) context.count(Dtls::kCounterMalformed);
  state.client_hello = 1;
  state.client_direction = static_cast<std::uint8_t>(packet.direction);
  state.client_hello_at = packet.received_at;
  state.sni = static_cast<std::uint8_t>(sni);
  state.srtp = hello.has_use_srtp ? 1 : 0;
  if (state.version == 0) state.version = hello.version_offered();
}

void on_server_hello(Bytes body, const PacketView& packet, Dtls::State& state, AnalyzerContext& context) noexcept {
  if (state.server_hello != 0) return;
  ServerHello hello;
  if (!parse_server_hello(body, hello)) {
    context.count(Dtls::kCounterMalformed);
    return;
  }
  report_server_hello(hello, kLists, context.per_worker<FingerprintMemo>(), context);
  if (hello.bad_extension) context.count(Dtls::kCounterMalformed);
  state.version = hello.version();
  if (hello.is_hello_retry_request) return;
  state.server_hello = 1;
  if (state.client_hello == 0)
    state.client_direction = static_cast<std::uint8_t>(1 - static_cast<int>(packet.direction));
  // Of DTLS 1.3 the answer to use_srtp is encrypted.
  if (state.version != kDtls13) state.srtp = hello.has_use_srtp ? 1 : 0;
  if (state.client_hello != 0) context.count(version_label(state.version) * kTlsSniLabels.size() + state.sni);
}

/// body: the message or its beginning. True: no more of it is wanted.
bool on_certificate(Bytes body, Dtls::State& state, AnalyzerContext& context) noexcept {
  CertificateNames names;
  const CertificateStatus status = read_certificate_message(body, names);
  if (status == CertificateStatus::kNeedMore) return false;
  state.certificate = 1;
  if (status == CertificateStatus::kRead) report_certificate(names, context);
  if (status == CertificateStatus::kMalformed) context.count(Dtls::kCounterMalformed);
  return true;
}

/// True if a message of this type, from this side, holds something that is not known yet.
bool is_wanted(std::uint8_t type, std::size_t side, const Dtls::State& state) noexcept {
  switch (type) {
    case kHandshakeClientHello:
      return state.client_hello == 0;
    case kHandshakeServerHello:
      return state.server_hello == 0;
    case kHandshakeCertificate:  // of the server, and not that of the client
      return state.certificate == 0 && (state.client_hello | state.server_hello) != 0 && side != state.client_direction;
    default:
      return false;
  }
}

void on_message(std::uint8_t type, Bytes body, const PacketView& packet, Dtls::State& state,
                AnalyzerContext& context) noexcept {
  if (type == kHandshakeClientHello) on_client_hello(body, packet, state, context);
  if (type == kHandshakeServerHello) on_server_hello(body, packet, state, context);
  if (type == kHandshakeCertificate && !on_certificate(body, state, context)) {
    state.certificate = 1;  // its list is longer than the message
    context.count(Dtls::kCounterMalformed);
  }
}

void end_assembly(std::size_t side, Dtls::State& state, AnalyzerContext& context) noexcept {
  context.drop_assembly();
  state.message_bytes[side] = 0;
}

void on_fragment(const DtlsFragment& fragment, const PacketView& packet, Dtls::State& state,
                 AnalyzerContext& context) noexcept {
  const auto side = static_cast<std::size_t>(packet.direction);
  if (!is_wanted(fragment.type, side, state)) return;
  if (fragment.whole_message()) return on_message(fragment.type, fragment.data, packet, state, context);
  // One message at a time, and a hello before a certificate.
  const bool in_assembly = state.message_bytes[side] != 0;
  const bool same = in_assembly && state.message_seq[side] == fragment.message_seq &&
                    state.message_type[side] == fragment.type && state.message_bytes[side] == fragment.message_bytes;
  if (in_assembly && !same) {
    const bool known_already = !is_wanted(state.message_type[side], side, state);
    if (!known_already && state.message_type[side] != kHandshakeCertificate) return;
    end_assembly(side, state, context);
  }
  if (fragment.message_bytes > kHandshakeBytesMax) {
    context.count(Dtls::kCounterIncomplete);
    return;
  }
  if (fragment.data.empty()) return;
  state.message_seq[side] = fragment.message_seq;
  state.message_type[side] = fragment.type;
  state.message_bytes[side] = static_cast<std::uint16_t>(fragment.message_bytes);
  const Assembly assembly = context.assemble(fragment.offset, fragment.data);
  if (assembly.conflict) context.count(Dtls::kCounterMalformed);
  if (assembly.contiguous.size() >= fragment.message_bytes) {
    on_message(fragment.type, assembly.contiguous.first(fragment.message_bytes), packet, state, context);
    end_assembly(side, state, context);
  } else if (fragment.type == kHandshakeCertificate && on_certificate(assembly.contiguous, state, context)) {
    end_assembly(side, state, context);
  }
}

/// This direction's records are encrypted from here on.
void begins_to_encrypt(const PacketView& packet, Dtls::State& state, AnalyzerContext& context) noexcept {
  const auto side = static_cast<std::size_t>(packet.direction);
  if (state.encrypts[side] != 0) return;
  state.encrypts[side] = 1;
  if (state.encrypts[1 - side] == 0 || state.over != 0) return;
  state.over = 1;
  if (state.server_hello != 0 && state.client_hello_at.known() && packet.received_at > state.client_hello_at) {
    context.observe_latency(0, packet.received_at - state.client_hello_at);
    context.detail().set_handshake(packet.received_at - state.client_hello_at);
  }
}

void read_records(const PacketView& packet, Dtls::State& state, AnalyzerContext& context) noexcept {
  const Bytes payload = packet.payload();
  ByteCursor datagram(payload);
  while (!datagram.at_end()) {
    // DTLS 1.3 and connection identifiers (RFC 9146) go on with records that only the two ends can take apart.
    const std::uint8_t first = payload[datagram.position()];
    if (is_dtls13_unified(first) || first == kContentTls12Cid) return begins_to_encrypt(packet, state, context);
    DtlsRecord record;
    if (!take_dtls_record(datagram, record)) {
      // What a snap length cut off is no contradiction.
      if (!packet.is(PacketView::kFlagSnapped) && state.over == 0) context.count(Dtls::kCounterMalformed);
      return;
    }
    if (record.epoch != 0) {
      if (record.fragment.size() < record.length && !packet.is(PacketView::kFlagSnapped)) return;
      begins_to_encrypt(packet, state, context);
      continue;
    }
    if (record.content == TlsContent::kAlert && record.fragment.size() == 2 && record.fragment[0] == 2) state.over = 1;
    if (record.content != TlsContent::kHandshake) continue;
    ByteCursor fragments(record.fragment);
    DtlsFragment fragment;
    while (!fragments.at_end()) {
      if (!take_dtls_fragment(fragments, fragment)) {
        if (record.fragment.size() == record.length) context.count(Dtls::kCounterMalformed);
        break;
      }
      on_fragment(fragment, packet, state, context);
    }
  }
}

}  // namespace

Verdict Dtls::probe(const PacketView& packet) noexcept {
  const Bytes payload = packet.payload();
  const bool cut = packet.is(PacketView::kFlagSnapped);
  ByteCursor datagram(payload);
  DtlsRecord record;
  if (!take_dtls_record(datagram, record)) return Verdict::kNotMine;
  if (record.fragment.size() < record.length && !cut) return Verdict::kNotMine;
  if (record.epoch == 0) {
    // In clear there are hellos, key exchanges and alerts; early data have an epoch of their own.
    if (record.content == TlsContent::kApplicationData) return Verdict::kNotMine;
    if (record.content == TlsContent::kHandshake) {
      ByteCursor fragments(record.fragment);
      DtlsFragment fragment;
      if (!take_dtls_fragment(fragments, fragment) && !cut) return Verdict::kNotMine;
      if (fragment.type > kHandshakeTypeMax) return Verdict::kNotMine;
    } else if (record.length > 2) {
      return Verdict::kNotMine;
    }
  }
  // What follows must be a record as well.
  if (!datagram.at_end() && !is_dtls13_unified(payload[datagram.position()]) && !take_dtls_record(datagram, record) &&
      !cut)
    return Verdict::kNotMine;
  return Verdict::kDone;
}

Verdict Dtls::consume(const PacketView& packet, State& state, AnalyzerContext& context) noexcept {
  const Bytes payload = packet.payload();
  const std::uint8_t first = payload[0];
  if (is_rtp(payload)) {
    context.hand_over();
    return Verdict::kDone;
  }
  ++state.calls;
  if (is_dtls(first)) read_records(packet, state, context);
  if (state.calls >= kCallsMax) return Verdict::kDone;
  // Picked up in the middle.
  if ((state.client_hello | state.server_hello) == 0 && (state.encrypts[0] | state.encrypts[1]) != 0)
    return Verdict::kDone;
  return state.over != 0 && state.srtp == 0 ? Verdict::kDone : Verdict::kNeedMore;
}

}  // namespace netpulse
