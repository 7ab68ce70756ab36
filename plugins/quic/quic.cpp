#include "plugins/quic/quic.h"

#include <algorithm>
#include <limits>

#include "plugins/common/hello_report.h"
#include "plugins/quic/gquic.h"
#include "plugins/quic/transport_parameters.h"

namespace netpulse {
namespace {

constexpr std::size_t kHandshakeHeaderBytes = 4;
constexpr std::size_t kServerNameBytesMax = 255;
/// Packets in one datagram that are looked at: Initial, 0-RTT and Handshake, each perhaps twice.
constexpr int kCoalescedPacketsMax = 8;
/// Datagrams without progress after which a flow is given up. More than an initial window of 0-RTT data or of the
/// server's certificates (RFC 9002 section 7.2: ten packets) may come before the Initial packet that is wanted.
constexpr std::uint8_t kCallsMax = 16;
/// Initial packets that a ClientHello may be spread over.
constexpr std::uint8_t kPiecesMax = 64;
/// Initial packets that do not open, after which nobody tries again.
constexpr std::uint8_t kFailuresMax = 4;
/// Salts that an unknown version is tried with.
constexpr QuicSalt kTrialSalts[] = {QuicSalt::kV1, QuicSalt::kDraft23, QuicSalt::kDraft29};

constexpr HelloLists kLists{Quic::kListServerName, Quic::kListAlpn, Quic::kListJa3, Quic::kListJa3s, Quic::kListJa4};

enum InitialResult : std::uint8_t { kRead, kUndecryptable, kMalformedInitial, kTooSmall };
constexpr std::size_t kSniAmbiguous = kQuicSniLabels.size() - 1;

// Quic::State::flags.
constexpr std::uint8_t kClientKnown = 0x01;         // keys were found, and so who the client is
constexpr std::uint8_t kClientIsHi = 0x02;          // the client sends kHiToLo
constexpr std::uint8_t kHelloReported = 0x04;       // a ClientHello was
constexpr std::uint8_t kClientDone = 0x08;          // nothing more is expected of the client
constexpr std::uint8_t kServerDone = 0x10;          // nor of the server
constexpr std::uint8_t kNewKeys = 0x20;             // Retry or Version Negotiation: the client begins anew
constexpr std::uint8_t kHolding[2] = {0x40, 0x80};  // this Direction's CRYPTO frames are being assembled

// Quic::State::timing_flags.
constexpr std::uint8_t kServerAnswered = 0x01;   // with what only a server that has read the Initial can send
constexpr std::uint8_t kInitialRepeated = 0x02;  // before that
constexpr std::uint8_t kHandshakeOver = 0x04;

bool equal(Bytes a, Bytes b) noexcept { return std::equal(a.begin(), a.end(), b.begin(), b.end()); }

/// The bytes of the handshake message at the start of stream; 0 until its header is there.
std::size_t message_bytes(Bytes stream) noexcept {
  if (stream.size() < kHandshakeHeaderBytes) return 0;
  return kHandshakeHeaderBytes + (std::size_t{stream[1]} << 16 | std::size_t{stream[2]} << 8 | stream[3]);
}

bool message_is_whole(Bytes stream, const QuicVersion& version) noexcept {
  GquicHello hello;
  if (version.google_hello) return read_gquic_hello(stream, hello);
  const std::size_t bytes = message_bytes(stream);
  return bytes != 0 && bytes <= stream.size();
}

/// Reads one datagram of a flow.
class DatagramReader {
 public:
  DatagramReader(const PacketView& packet, Quic::State& state, AnalyzerContext& context) noexcept
      : packet_(packet), state_(state), context_(context), worker_(context.per_worker<QuicWorker>()) {}

  Verdict read() noexcept;

 private:
  bool is(std::uint8_t flag) const noexcept { return (state_.flags & flag) != 0; }
  void set(unsigned flags) noexcept { state_.flags = static_cast<std::uint8_t>(state_.flags | flags); }
  void clear(unsigned flags) noexcept { state_.flags = static_cast<std::uint8_t>(state_.flags & ~flags); }
  std::size_t direction() const noexcept { return static_cast<std::size_t>(packet_.direction); }
  bool from_client() const noexcept { return !is(kClientKnown) || is(kClientIsHi) == !packet_.from_lo(); }
  Bytes destination_id() const noexcept { return {state_.destination_id.data(), state_.destination_id_bytes}; }
  void count_initial(const QuicVersion& version, InitialResult result) noexcept {
    context_.count(static_cast<std::size_t>(version.label) * kQuicInitialLabels.size() + result);
  }

  bool timing(std::uint8_t flag) const noexcept { return (state_.timing_flags & flag) != 0; }
  void set_timing(std::uint8_t flag) noexcept {
    state_.timing_flags = static_cast<std::uint8_t>(state_.timing_flags | flag);
  }

  void read_unencrypted() noexcept;
  void on_short_header(std::uint8_t first_byte) noexcept;
  void on_answer() noexcept;
  std::size_t read_packet(Bytes rest, const QuicLongHeader& header) noexcept;
  void on_version_negotiation() noexcept;
  void on_retry(Bytes packet, const QuicVersion& version) noexcept;
  void on_initial(Bytes packet, const QuicLongHeader& header, const QuicPacketExtent& extent,
                  QuicVersion version) noexcept;
  Bytes open(Bytes packet, const QuicLongHeader& header, const QuicPacketExtent& extent, bool known,
             QuicVersion& version) noexcept;
  void adopt(Bytes destination_id) noexcept;
  Assembly join(const QuicVersion& version) noexcept;
  void on_crypto(const QuicVersion& version) noexcept;
  void on_message(Bytes message) noexcept;
  void on_client_hello(Bytes body) noexcept;
  void on_server_hello(Bytes body) noexcept;
  void on_gquic_hello(Bytes message) noexcept;
  void report_sni(std::size_t sni) noexcept;
  Verdict verdict() noexcept;

  const PacketView& packet_;
  Quic::State& state_;
  AnalyzerContext& context_;
  QuicWorker& worker_;
  bool ended_ = false;  // nothing more can be found
};

Verdict DatagramReader::read() noexcept {
  if (state_.calls < std::numeric_limits<std::uint8_t>::max()) ++state_.calls;
  Bytes rest = packet_.payload();
  Bytes first_id;
  for (int i = 0; i < kCoalescedPacketsMax && !rest.empty() && !ended_; ++i) {
    QuicLongHeader header;
    if (!read_quic_long_header(rest, header) || header.version == kGquicQ046) {
      if (i == 0) read_unencrypted();
      on_short_header(rest[0]);
      break;
    }
    if (header.version == kQuicVersionNegotiation) {
      if (is_quic_version_negotiation(rest, header)) on_version_negotiation();
      break;
    }
    // Packets for another connection do not belong here (RFC 9000 section 12.2).
    if (i == 0) first_id = header.destination_id;
    if (!equal(first_id, header.destination_id)) break;
    const std::size_t bytes = read_packet(rest, header);
    if (bytes == 0) break;
    rest = rest.subspan(bytes);
  }
  return verdict();
}

Verdict DatagramReader::verdict() noexcept {
  // Without a time nothing is measured, and so there is nothing to wait for.
  const bool both_done =
      is(kClientDone) && is(kServerDone) && (timing(kHandshakeOver) || !state_.client_initial_at.known());
  // Once the names are there, a server whose packets do not open is not worth more trials.
  const bool given_up = state_.calls >= kCallsMax || state_.failures >= kFailuresMax ||
                        (is(kHelloReported) && !from_client() && state_.failures != 0);
  if (!ended_ && !both_done && !given_up) return Verdict::kNeedMore;
  if (!ended_ && !is(kHelloReported)) context_.count(Quic::kCounterIncomplete);
  return Verdict::kDone;
}

/// The versions of gQUIC that had no keys for their first packets.
void DatagramReader::read_unencrypted() noexcept {
  const Bytes stream = gquic_crypto_stream(packet_.payload());
  if (!stream.empty()) on_gquic_hello(stream);
}

/// A packet with 1-RTT keys, if the client's: see Quic::kHistogramHandshake.
void DatagramReader::on_short_header(std::uint8_t first_byte) noexcept {
  // The next bit may have any value where the server allows it (RFC 9287 section 3), which is sealed. All zero is what
  // fills a datagram up.
  constexpr std::uint8_t kFormBit = 0x80;
  if ((first_byte & kFormBit) != 0 || first_byte == 0) return;
  if (!is(kClientDone) || !is(kServerDone) || !from_client() || timing(kHandshakeOver)) return;
  set_timing(kHandshakeOver);
  if (!state_.client_initial_at.known() || packet_.received_at <= state_.client_initial_at) return;
  context_.observe_latency(Quic::kHistogramHandshake, packet_.received_at - state_.client_initial_at);
  context_.detail().set_handshake(packet_.received_at - state_.client_initial_at);
}

/// The server has sent what proves that it has read the client's Initial packet.
void DatagramReader::on_answer() noexcept {
  if (timing(kServerAnswered)) return;
  set_timing(kServerAnswered);
  if (state_.client_initial_at.known() && !timing(kInitialRepeated) && packet_.received_at > state_.client_initial_at)
    context_.observe_latency(Quic::kHistogramInitialRtt, packet_.received_at - state_.client_initial_at);
}

/// Bytes that the packet takes; 0: its end is not known, or nothing behind it matters.
std::size_t DatagramReader::read_packet(Bytes rest, const QuicLongHeader& header) noexcept {
  if (std::max(header.destination_id.size(), header.source_id.size()) > kQuicConnectionIdBytesMax) return 0;
  const QuicVersion version =
      known_quic_version(header.version)
          .value_or(QuicVersion{
              QuicSalt::kV1, is_mvfst_version(header.version) ? QuicVersionLabel::kMvfst : QuicVersionLabel::kUnknown});
  const QuicPacketType type = quic_packet_type(header.first_byte, version.is_v2());
  if (type == QuicPacketType::kRetry) {
    on_retry(rest, version);
    return 0;
  }
  QuicPacketExtent extent;
  if (!read_quic_extent(rest, header, type, extent)) {
    if (type == QuicPacketType::kInitial) count_initial(version, kMalformedInitial);
    return 0;
  }
  if (type == QuicPacketType::kInitial) on_initial(rest.first(extent.packet_bytes), header, extent, version);
  return extent.packet_bytes;
}

/// The client will begin anew with another version; nothing is believed but what its next packets prove.
void DatagramReader::on_version_negotiation() noexcept {
  context_.count(Quic::kCounterNegotiations);
  if (is(kClientKnown) && from_client()) return;
  set(kNewKeys);
  clear(kClientDone | kHolding[0] | kHolding[1]);
  state_.crypto_base[0] = state_.crypto_base[1] = 0;
}

void DatagramReader::on_retry(Bytes packet, const QuicVersion& version) noexcept {
  using RetryTag = QuicPacketProtection::RetryTag;
  // A client discards a Retry that answers nothing (RFC 9000 section 17.2.5.2).
  if (!is(kClientKnown) || from_client()) return;
  const RetryTag tag = worker_.protection.check_retry(version.salt, destination_id(), packet);
  context_.count(Quic::kCounterRetries + static_cast<std::size_t>(tag));
  if (tag == RetryTag::kInvalid) return;
  on_answer();
  set(kNewKeys);
  state_.calls = 0;
}

void DatagramReader::on_initial(Bytes packet, const QuicLongHeader& header, const QuicPacketExtent& extent,
                                QuicVersion version) noexcept {
  const bool known = known_quic_version(header.version).has_value();
  const bool wanted = from_client() ? !is(kClientDone) || is(kNewKeys) : !is(kServerDone);
  if (!wanted) {
    if (from_client() && !timing(kServerAnswered)) set_timing(kInitialRepeated);
    return;
  }
  // Of a smaller datagram the server takes no notice (RFC 9000 section 14.1).
  if (from_client() && packet_.payload_bytes < kQuicInitialDatagramBytesMin) return count_initial(version, kTooSmall);
  const Bytes frames = open(packet, header, extent, known, version);
  if (frames.empty()) {
    ++state_.failures;
    return count_initial(version, kUndecryptable);
  }
  if (is(kClientKnown) && !from_client()) on_answer();
  worker_.fragments.clear();
  const FramesResult result = version.google_frames ? read_gquic_frames(frames, worker_.fragments)
                                                    : read_quic_frames(frames, worker_.fragments);
  if (result == FramesResult::kMalformed) return count_initial(version, kMalformedInitial);
  count_initial(version, kRead);
  on_crypto(version);
  if (result == FramesResult::kClosed) ended_ = true;
}

/// The frames of an Initial packet; empty if no keys fit. version: gets the salt that did.
Bytes DatagramReader::open(Bytes packet, const QuicLongHeader& header, const QuicPacketExtent& extent, bool known,
                           QuicVersion& version) noexcept {
  const auto try_keys = [&](QuicSide side, Bytes id) {
    return worker_.protection.open(worker_.schedule.keys(version.salt, side, id), packet, extent);
  };
  if (!known && state_.trial_salt != 0) version.salt = static_cast<QuicSalt>(state_.trial_salt - 1);
  if (!from_client()) return try_keys(QuicSide::kServer, destination_id());
  if (is(kClientKnown)) {
    // A client sends to the ID that the server chose, but keeps its keys; those are new after a Retry, or when another
    // connection begins.
    const bool same_id = equal(header.destination_id, destination_id());
    if (same_id || !is(kNewKeys))
      if (const Bytes frames = try_keys(QuicSide::kClient, destination_id()); !frames.empty() || same_id) return frames;
    const Bytes frames = try_keys(QuicSide::kClient, header.destination_id);
    if (!frames.empty()) adopt(header.destination_id);
    return frames;
  }
  if (header.destination_id.empty()) return {};  // of a server whose client was not seen
  if (known || state_.trial_salt != 0) {
    const Bytes frames = try_keys(QuicSide::kClient, header.destination_id);
    if (!frames.empty()) adopt(header.destination_id);
    return frames;
  }
  for (const QuicSalt salt : kTrialSalts) {
    version.salt = salt;
    const Bytes frames = try_keys(QuicSide::kClient, header.destination_id);
    if (frames.empty()) continue;
    state_.trial_salt = static_cast<std::uint8_t>(1 + static_cast<unsigned>(salt));
    adopt(header.destination_id);
    return frames;
  }
  state_.failures = kFailuresMax;  // once is enough: these trials are dear
  return {};
}

/// The tag has proved that this ID gives the keys, and that this packet is the client's.
void DatagramReader::adopt(Bytes destination_id) noexcept {
  std::copy(destination_id.begin(), destination_id.end(), state_.destination_id.begin());
  state_.destination_id_bytes = static_cast<std::uint8_t>(destination_id.size());
  set(kClientKnown | (packet_.from_lo() ? 0U : kClientIsHi));
  if (!state_.client_initial_at.known()) state_.client_initial_at = packet_.received_at;
  clear(kNewKeys);
}

/// What is known of this direction's handshake stream behind the messages read.
Assembly DatagramReader::join(const QuicVersion& version) noexcept {
  const std::size_t base = state_.crypto_base[direction()];
  const auto for_each_new = [&](auto put) {
    for (const CryptoFragment& fragment : worker_.fragments) {
      const std::size_t old_bytes = fragment.offset < base ? base - fragment.offset : 0;
      if (old_bytes < fragment.data.size()) put(fragment.offset + old_bytes - base, fragment.data.subspan(old_bytes));
    }
  };
  Assembly whole;
  // Mostly one packet holds the whole message, and often in one frame: then no buffer is needed.
  if (!is(kHolding[direction()])) {
    if (worker_.fragments.size() == 1 && worker_.fragments.begin()->offset == base) {
      whole.contiguous = worker_.fragments.begin()->data;
    } else {
      worker_.joined.reset();
      for_each_new([&](std::size_t offset, Bytes data) {
        whole.whole = worker_.joined.insert(offset, data, &whole.conflict) && whole.whole;
      });
      whole.contiguous = worker_.joined.contiguous();
    }
    if (whole.conflict || message_is_whole(whole.contiguous, version)) return whole;
    context_.drop_assembly();
  }
  Assembly held;
  for_each_new([&](std::size_t offset, Bytes data) {
    const bool conflict_before = held.conflict;
    held = context_.assemble(offset, data);
    held.conflict = held.conflict || conflict_before;
    set(kHolding[direction()]);
  });
  return held;
}

void DatagramReader::on_crypto(const QuicVersion& version) noexcept {
  if (worker_.fragments.size() == 0) return;
  const Assembly assembly = join(version);
  if (assembly.conflict) {
    if (from_client()) report_sni(kSniAmbiguous);
    ended_ = true;
    return;
  }
  const Bytes stream = assembly.contiguous;
  if (!message_is_whole(stream, version)) {
    // A message that can never be held is not waited for.
    if (!version.google_hello && message_bytes(stream) > kStreamPrefixBytes)
      state_.calls = kCallsMax;
    else if (++state_.pieces < kPiecesMax)
      state_.calls = 0;
    return;
  }
  if (version.google_hello) {
    if (from_client()) on_gquic_hello(stream);
    return;
  }
  const std::size_t bytes = message_bytes(stream);
  on_message(stream.first(bytes));
  state_.crypto_base[direction()] = static_cast<std::uint16_t>(state_.crypto_base[direction()] + bytes);
  if (is(kHolding[direction()])) context_.drop_assembly();
  clear(kHolding[direction()]);
  state_.calls = state_.pieces = 0;
}

void DatagramReader::on_message(Bytes message) noexcept {
  const std::uint8_t wanted = from_client() ? kHandshakeClientHello : kHandshakeServerHello;
  const Bytes body = message.subspan(kHandshakeHeaderBytes);
  if (message[0] != wanted) {
    ended_ = true;
  } else if (from_client()) {
    on_client_hello(body);
  } else {
    on_server_hello(body);
  }
}

void DatagramReader::on_client_hello(Bytes body) noexcept {
  ClientHello hello;
  if (!parse_client_hello(body, hello)) {
    ended_ = true;
    return;
  }
  const bool first = !is(kHelloReported);
  const SniKind sni = report_client_hello(hello, Ja4Transport::kQuic, first, kLists, worker_.fingerprints, context_);
  set(kClientDone);
  if (!first) return;
  context_.detail().tls_version = hello.version_offered();
  context_.set_attribute(FlowAttribute::kUserAgent, quic_user_agent(hello.extensions));
  report_sni(static_cast<std::size_t>(sni));
}

void DatagramReader::on_server_hello(Bytes body) noexcept {
  ServerHello hello;
  if (!parse_server_hello(body, hello)) {
    ended_ = true;
    return;
  }
  report_server_hello(hello, kLists, worker_.fingerprints, context_);
  if (hello.is_hello_retry_request)
    clear(kClientDone);
  else
    set(kServerDone);
}

void DatagramReader::on_gquic_hello(Bytes message) noexcept {
  GquicHello hello;
  if (!read_gquic_hello(message, hello)) return;
  const bool named = !hello.server_name.empty() && hello.server_name.size() <= kServerNameBytesMax;
  if (named) {
    context_.observe_name(Quic::kListServerName, hello.server_name);
    context_.set_server_name(hello.server_name);
  }
  context_.set_attribute(FlowAttribute::kUserAgent, hello.user_agent);
  report_sni(static_cast<std::size_t>(named ? SniKind::kVisible : SniKind::kAbsent));
  ended_ = true;
}

void DatagramReader::report_sni(std::size_t sni) noexcept {
  if (!is(kHelloReported)) context_.count(Quic::kCounterHellos + sni);
  set(kHelloReported);
}

}  // namespace

Verdict Quic::probe(const PacketView& packet) noexcept {
  constexpr std::uint8_t kProtocolUdp = 17;
  constexpr std::uint8_t kFormAndFixedBits = 0xc0;
  const Bytes bytes = packet.payload();
  if (packet.key.protocol != kProtocolUdp) return Verdict::kNotMine;
  QuicLongHeader header;
  if ((bytes[0] & 0x80) == 0) return has_gquic_public_header(bytes) ? Verdict::kDone : Verdict::kNotMine;
  // Q046 has its connection IDs elsewhere.
  if (!gquic_crypto_stream(bytes).empty()) return Verdict::kDone;
  if (!read_quic_long_header(bytes, header)) return Verdict::kNotMine;
  if (header.version == kQuicVersionNegotiation)
    return is_quic_version_negotiation(bytes, header) ? Verdict::kDone : Verdict::kNotMine;
  if (std::max(header.destination_id.size(), header.source_id.size()) > kQuicConnectionIdBytesMax)
    return Verdict::kNotMine;
  const auto version = known_quic_version(header.version);
  const bool recognised = version || is_mvfst_version(header.version);
  if (!recognised) {
    // What is left are versions of others: a client's first packet to the well-known port, or one that asks for
    // Version Negotiation.
    const bool https = packet.key.lo_port == kPortHttps || packet.key.hi_port == kPortHttps;
    if ((!https && !is_reserved_quic_version(header.version)) || (bytes[0] & kFormAndFixedBits) != kFormAndFixedBits ||
        header.destination_id.size() < 8 || packet.payload_bytes < kQuicInitialDatagramBytesMin)
      return Verdict::kNotMine;
  }
  const QuicPacketType type = quic_packet_type(header.first_byte, version && version->is_v2());
  QuicPacketExtent extent;
  if (type == QuicPacketType::kRetry) return recognised ? Verdict::kDone : Verdict::kNotMine;
  if (is_reserved_quic_version(header.version)) return Verdict::kDone;
  // A cut packet cannot be checked, but its version was.
  const bool fits = read_quic_extent(bytes, header, type, extent) || packet.is(PacketView::kFlagSnapped);
  return fits ? Verdict::kDone : Verdict::kNotMine;
}

Verdict Quic::consume(const PacketView& packet, State& state, AnalyzerContext& context) noexcept {
  return DatagramReader(packet, state, context).read();
}

}  // namespace netpulse
