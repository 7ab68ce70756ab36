#include "plugins/rtp/rtp.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <optional>

#include "plugins/common/rtp_announcement.h"
#include "plugins/common/rtp_header.h"
#include "plugins/rtp/mos.h"

namespace netpulse {
namespace {

constexpr std::uint8_t kPayloadTypeStaticMax = 34, kPayloadTypeDynamicMin = 96;
/// About eleven seconds of the fastest usual clock (90 kHz); back by what reordered video frames need.
constexpr std::int32_t kTimestampStepMax = 1'000'000, kTimestampStepMin = -90'000;
/// STUN, ZRTP and DTLS begin with no higher byte (RFC 7983 section 7).
constexpr std::uint8_t kDtlsFirstByteMax = 63;

bool plausible(const RtpHeader& header, std::size_t datagram_bytes) noexcept {
  return (header.payload_type <= kPayloadTypeStaticMax || header.payload_type >= kPayloadTypeDynamicMin) &&
         header.ssrc != 0 && datagram_bytes > header.header_bytes;
}

bool follows(const RtpHeader& header, const Rtp::Source& source) noexcept {
  const auto step = static_cast<std::int32_t>(header.timestamp - source.timestamp);
  return header.payload_type == source.payload_type &&
         header.sequence == static_cast<std::uint16_t>(source.sequence + 1) && step <= kTimestampStepMax &&
         step >= kTimestampStepMin;
}

void begin(const RtpHeader& header, Rtp::Source& source) noexcept {
  source = {header.ssrc, header.timestamp, header.sequence, header.payload_type, 1};
}

/// False if the datagram continues nothing and begins nothing new. Every so often a source that only began makes room.
bool note(const RtpHeader& header, Rtp::State& state) noexcept {
  for (Rtp::Source& source : state.sources) {
    if (source.in_a_row == 0 || source.ssrc != header.ssrc) continue;
    const std::uint8_t in_a_row = follows(header, source) ? source.in_a_row : std::uint8_t{0};
    begin(header, source);
    source.in_a_row = static_cast<std::uint8_t>(in_a_row + 1);
    return in_a_row != 0;
  }
  for (Rtp::Source& source : state.sources) {
    if (source.in_a_row != 0) continue;
    begin(header, source);
    return true;
  }
  constexpr std::uint8_t kStrangersPerSource = 4;
  Rtp::Source& oldest = state.sources[0];
  if (state.strangers % kStrangersPerSource == kStrangersPerSource - 1 && oldest.in_a_row <= 1) begin(header, oldest);
  return false;
}

bool is_watched(std::uint32_t ssrc, const Rtp::State& state) noexcept {
  return std::any_of(std::begin(state.sources), std::end(state.sources),
                     [ssrc](const Rtp::Source& source) { return source.in_a_row != 0 && source.ssrc == ssrc; });
}

bool is_rtcp_type(Bytes datagram) noexcept {
  return datagram.size() >= 2 && datagram[0] >> 6 == 2 && datagram[1] >= kRtcpTypeMin && datagram[1] <= kRtcpTypeMax;
}

double milliseconds(Duration duration) noexcept { return static_cast<double>(duration.nanoseconds) * 1e-6; }
/// At most eleven days: packet times of a file may be anything.
Duration from_milliseconds(double value) noexcept { return {std::llround(std::clamp(value, 0.0, 1e9) * 1e6)}; }

PayloadClock clock_of(std::uint8_t payload_type, const PacketView& packet, AnalyzerContext& context) noexcept {
  if (const auto hz = static_clock_hz(payload_type); hz.has_value()) return {*hz, ClockSource::kStatic};
  const ExpectationNote* const notes[] = {context.expectation(packet.dst_addr(), packet.dst_port()),
                                          context.expectation(packet.src_addr(), packet.src_port())};
  for (const ExpectationNote* note : notes) {
    if (note == nullptr) continue;
    if (const auto hz = RtpAnnouncement::clock_hz(*note, payload_type); hz.has_value())
      return {*hz, ClockSource::kAnnounced};
  }
  return {};
}

/// Counters never go back: a packet that was counted as lost and comes late stays counted.
void tell(RtpStream& stream, Timestamp now, AnalyzerContext& context) noexcept {
  const auto raise = [&](std::size_t counter, std::uint64_t value, std::uint64_t& told) {
    if (value <= told) return;
    context.count(counter, value - told);
    told = value;
  };
  const RtpSequence& sequence = stream.sequence();
  RtpStream::Told& told = stream.told();
  raise(Rtp::kCounterPackets, stream.packets(), told.packets);
  raise(Rtp::kCounterLost, sequence.missing(), told.lost);
  raise(Rtp::kCounterDuplicates, sequence.duplicates(), told.duplicates);
  raise(Rtp::kCounterReordered, sequence.reordered(), told.reordered);
  if (stream.jitter() != nullptr) context.observe_latency(0, from_milliseconds(stream.reported_jitter_ms()));
  told.at = now;
}

/// True if its stream is believable.
bool measure(const PacketView& packet, const RtpHeader& header, Rtp::State& state, AnalyzerContext& context) noexcept {
  RtpStreams& streams = context.per_worker<RtpStreams>();
  const Timestamp now = packet.received_at;
  RtpStream* stream = streams.find(state.streams, header.ssrc, packet.direction);
  if (stream == nullptr) {
    stream = streams.add(state.streams);
    if (stream == nullptr) {
      context.count(Rtp::kCounterUnmeasured);
      return false;
    }
    stream->begin(header, packet.direction, clock_of(header.payload_type, packet, context), now);
  } else {
    const PayloadClock clock =
        stream->needs_clock(header.payload_type) ? clock_of(header.payload_type, packet, context) : PayloadClock{};
    stream->add(header, clock, now);
  }
  stream->add_payload_bytes(packet.payload_bytes -
                            std::min<std::size_t>(packet.payload_bytes, header.header_bytes + header.padding_bytes));
  if (!stream->believable()) return false;
  if (state.confirmed != 0 && now - stream->told().at >= Rtp::kTellPeriod) tell(*stream, now, context);
  return true;
}

/// The source that sent the same payload type the same way and had ended when this one began.
std::int64_t replaced_ssrc(const RtpStream& stream, RtpStreams::Chain chain, RtpStreams& streams) noexcept {
  const RtpStream* former = nullptr;
  streams.for_each(chain, [&](const RtpStream& other) {
    if (!other.believable() || other.direction() != stream.direction() || other.last_at() > stream.begun_at() ||
        other.ssrc() == stream.ssrc() || other.main_payload_type() != stream.main_payload_type())
      return;
    if (former == nullptr || other.last_at() > former->last_at()) former = &other;
  });
  return former == nullptr ? kNoValue : former->ssrc();
}

/// In the order of Rtp::kColumns.
std::array<std::int64_t, Rtp::kColumns.size()> row_of(const RtpStream& stream, std::int64_t replaced) noexcept {
  const auto number = [](std::uint64_t value) { return static_cast<std::int64_t>(value); };
  const RtpSequence& sequence = stream.sequence();
  const JitterMeter* jitter = stream.jitter();
  const bool noted = jitter != nullptr && jitter->noted;
  const auto jitter_ns = [&](double value_ms) {
    return jitter == nullptr ? kNoValue : from_milliseconds(value_ms).nanoseconds;
  };
  const bool clock = stream.clock_source() != ClockSource::kUnknown;
  const double loss_ratio = static_cast<double>(sequence.missing()) / static_cast<double>(sequence.expected());
  const auto codec = codec_impairment(stream.main_payload_type());
  std::int64_t mos = kNoValue;
  if (codec.has_value())
    mos = std::llround(1e3 *
                       mean_opinion_score(transmission_rating(*codec, milliseconds(Rtp::kDelayAssumed), loss_ratio)));
  return {stream.ssrc(),
          replaced,
          stream.main_payload_type(),
          number(stream.payload_type_changes()),
          clock ? std::int64_t{stream.clock_hz()} : kNoValue,
          clock ? static_cast<std::int64_t>(stream.clock_source()) : kNoValue,
          (stream.last_at() - stream.begun_at()).nanoseconds,
          number(stream.packets()),
          number(stream.payload_bytes()),
          number(sequence.expected()),
          sequence.lost(),
          number(sequence.missing()),
          number(sequence.duplicates()),
          number(sequence.reordered()),
          sequence.restarts(),
          number(stream.markers()),
          jitter_ns(stream.reported_jitter_ms()),
          noted ? jitter_ns(jitter->mean_ms) : kNoValue,
          noted ? jitter_ns(jitter->max_ms) : kNoValue,
          mos,
          codec.has_value() ? Rtp::kDelayAssumed.nanoseconds : kNoValue,
          codec.has_value() ? std::llround(1e3 * loss_ratio) : kNoValue};
}

constexpr std::uint8_t kSenderReport = 200, kReceiverReport = 201, kExtendedReport = 207;
constexpr std::size_t kSenderInfoWords = 5, kReportBlockWords = 6;

/// Every packet of the compound has version 2, a known type, and room for its report blocks; they end where the
/// datagram does.
bool is_compound(Bytes datagram, bool cut) noexcept {
  ByteCursor cursor(datagram);
  bool first = true;
  do {
    const std::uint8_t flags = cursor.u8();
    const std::uint8_t type = cursor.u8();
    const std::uint16_t words = cursor.u16();
    if (cursor.failed() || flags >> 6 != 2) return false;
    const bool report = type == kSenderReport || type == kReceiverReport;
    if (first ? !report : type < kSenderReport || type > kExtendedReport) return false;
    const std::size_t blocks = flags & 0x1f;
    if (report && words < 1 + (type == kSenderReport ? kSenderInfoWords : 0) + blocks * kReportBlockWords) return false;
    first = false;
    cursor.skip(std::size_t{4} * words);
    if (cursor.failed()) return cut;
  } while (!cursor.at_end());
  return true;
}

void read_report_block(ByteCursor& cursor, const PacketView& packet, const Rtcp::State& state,
                       AnalyzerContext& context) noexcept {
  constexpr std::size_t kBeforeReference = 16;
  constexpr double kFractionsPerSecond = 65536;
  constexpr Duration kRoundTripMax = Duration::from_seconds(60);
  cursor.skip(kBeforeReference);
  const std::uint32_t reference = cursor.u32();
  const std::uint32_t delay = cursor.u32();
  const std::size_t sender = 1 - static_cast<std::size_t>(packet.direction);
  if (cursor.failed() || reference == 0 || reference != state.middle[sender]) return;
  const Duration elapsed = packet.received_at - state.seen_at[sender];
  const Duration held{static_cast<std::int64_t>(delay / kFractionsPerSecond * 1e9)};
  if (held <= elapsed && elapsed - held <= kRoundTripMax) context.observe_latency(0, elapsed - held);
}

/// The compound as far as it can be read; its first packet is a report.
void read_reports(const PacketView& packet, Rtcp::State& state, AnalyzerContext& context) noexcept {
  ByteCursor cursor(packet.payload());
  while (!cursor.at_end()) {
    const std::uint8_t flags = cursor.u8();
    const std::uint8_t type = cursor.u8();
    const std::size_t bytes = std::size_t{4} * cursor.u16();
    if (cursor.failed() || flags >> 6 != 2) return;
    ByteCursor body(cursor.take(std::min(bytes, cursor.remaining())));
    body.skip(4);  // the sender of the packet
    if (type == kSenderReport) {
      const std::uint32_t seconds = body.u32();
      const std::uint32_t fraction = body.u32();
      body.skip(12);
      if (body.failed()) return;
      const auto side = static_cast<std::size_t>(packet.direction);
      state.middle[side] = seconds << 16 | fraction >> 16;
      state.seen_at[side] = packet.received_at;
    }
    if (type != kSenderReport && type != kReceiverReport) continue;
    context.count(type == kSenderReport ? Rtcp::kCounterSender : Rtcp::kCounterReceiver);
    for (std::size_t blocks = flags & 0x1f; blocks != 0 && !body.failed(); --blocks)
      read_report_block(body, packet, state, context);
  }
}

}  // namespace

Verdict Rtp::probe(const PacketView& packet) noexcept {
  RtpHeader header;
  if (!over_udp(packet) || !parse_rtp_header(packet.payload(), is_cut(packet), header)) return Verdict::kNotMine;
  return plausible(header, packet.payload_bytes) ? Verdict::kTentative : Verdict::kNotMine;
}

Verdict Rtp::consume(const PacketView& packet, State& state, AnalyzerContext& context) noexcept {
  const Bytes datagram = packet.payload();
  RtpHeader header;
  if (state.confirmed != 0) {
    const bool rtp = parse_rtp_header(datagram, is_cut(packet), header) && plausible(header, packet.payload_bytes);
    if (rtp && measure(packet, header, state, context)) state.confirmed = kSure;
    return state.confirmed == kSure || ++state.datagrams <= kDatagramsMax ? Verdict::kNeedMore : Verdict::kNotMine;
  }
  if (state.datagrams == 0 && (context.expectation(packet.dst_addr(), packet.dst_port()) != nullptr ||
                               context.expectation(packet.src_addr(), packet.src_port()) != nullptr)) {
    state.confirmed = kAnnounced;
    if (parse_rtp_header(datagram, is_cut(packet), header)) measure(packet, header, state, context);
    return Verdict::kNeedMore;
  }
  if (++state.datagrams > kDatagramsMax) return Verdict::kNotMine;
  if (datagram[0] <= kDtlsFirstByteMax || is_rtcp_type(datagram)) return Verdict::kTentative;
  const bool rtp = parse_rtp_header(datagram, is_cut(packet), header) && plausible(header, packet.payload_bytes);
  const bool follows_others = rtp && note(header, state);
  // Of a source that is watched every packet counts, also one behind a gap.
  if (rtp && is_watched(header.ssrc, state)) measure(packet, header, state, context);
  if (!follows_others) return ++state.strangers > kStrangersMax ? Verdict::kNotMine : Verdict::kTentative;
  for (const Source& source : state.sources)
    if (source.in_a_row >= kInARowMin) {
      state.confirmed = kSure;
      return Verdict::kNeedMore;
    }
  return Verdict::kTentative;
}

void Rtp::end_flow(State& state, bool mine, AnalyzerContext& context) noexcept {
  if (state.streams.head == 0) return;
  RtpStreams& streams = context.per_worker<RtpStreams>();
  if (mine && state.confirmed != 0)
    streams.for_each(state.streams, [&](RtpStream& stream) {
      if (!stream.believable()) return;
      tell(stream, stream.last_at(), context);
      context.count(kCounterStreams);
      context.add_row(0, stream.direction(), stream.begun_at(),
                      row_of(stream, replaced_ssrc(stream, state.streams, streams)));
    });
  streams.release(state.streams);
}

Verdict Rtcp::probe(const PacketView& packet) noexcept {
  return mine_if(over_udp(packet) && is_compound(packet.payload(), is_cut(packet)));
}

Verdict Rtcp::consume(const PacketView& packet, State& state, AnalyzerContext& context) noexcept {
  RtpHeader header;
  if (!parse_rtp_header(packet.payload(), is_cut(packet), header)) {
    read_reports(packet, state, context);
    return Verdict::kTentative;
  }
  context.hand_over();
  return Verdict::kDone;
}

}  // namespace netpulse
