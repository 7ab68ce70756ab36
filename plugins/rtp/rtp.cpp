#include "plugins/rtp/rtp.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <optional>

#include "plugins/common/rtp_announcement.h"
#include "plugins/common/rtp_header.h"
#include "plugins/rtp/mos.h"
#include "plugins/rtp/rtcp.h"

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
  if (stream.jitter() != nullptr)
    context.observe_latency(Rtp::kHistogramJitter, from_milliseconds(stream.reported_jitter_ms()));
  told.at = now;
}

/// RTCP on the port of RTP (RFC 5761): round trips, by the sources that are measured.
void read_reports(const PacketView& packet, RtpStreams::Chain& chain, AnalyzerContext& context) noexcept {
  RtpStreams& streams = context.per_worker<RtpStreams>();
  const Direction other_way = packet.direction == Direction::kLoToHi ? Direction::kHiToLo : Direction::kLoToHi;
  read_rtcp_reports(
      packet.payload(),
      [&](std::uint8_t type, std::uint32_t ssrc, std::uint32_t middle) {
        const bool sender = type == kRtcpSenderReport;
        context.count(sender ? Rtp::kCounterSenderReports : Rtp::kCounterReceiverReports);
        RtpStream* stream = sender ? streams.find(chain, ssrc, packet.direction) : nullptr;
        if (stream != nullptr) stream->sender_time() = {packet.received_at, middle};
      },
      [&](const RtcpReportBlock& block) {
        RtpStream* stream = streams.find(chain, block.ssrc, other_way);
        if (stream == nullptr) return;
        const auto round_trip = rtcp_round_trip(block, stream->sender_time(), packet.received_at);
        if (!round_trip.has_value()) return;
        stream->add_round_trip(*round_trip);
        context.observe_latency(Rtp::kHistogramRoundTrip, *round_trip);
      });
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

/// What a receiver could not play, of all that was sent: what never came, and what came too late.
double unplayed_ratio(const RtpStream& stream) noexcept {
  const RtpSequence& sequence = stream.sequence();
  const std::uint64_t unplayed = sequence.missing() + stream.discarded().value_or(0);
  return std::min(1.0, static_cast<double>(unplayed) / static_cast<double>(sequence.expected()));
}

std::optional<double> opinion_score(const RtpStream& stream) noexcept {
  const auto codec = codec_impairment(stream.main_payload_type());
  if (!codec.has_value()) return {};
  return mean_opinion_score(transmission_rating(*codec, milliseconds(Rtp::kDelayAssumed), unplayed_ratio(stream)));
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
  const std::optional<Duration> silence = stream.silence(), round_trip = stream.round_trip_mean();
  const std::optional<double> mos = opinion_score(stream);
  const auto codec = codec_impairment(stream.main_payload_type());
  const auto thousandths = [](double value) { return std::int64_t{std::llround(1e3 * value)}; };
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
          stream.discarded().has_value() ? number(*stream.discarded()) : kNoValue,
          silence.has_value() ? silence->nanoseconds : kNoValue,
          round_trip.has_value() ? round_trip->nanoseconds : kNoValue,
          mos.has_value() ? thousandths(*mos) : kNoValue,
          mos.has_value() ? Rtp::kDelayAssumed.nanoseconds : kNoValue,
          mos.has_value() ? PlayoutBuffer::kDepth.nanoseconds : kNoValue,
          mos.has_value() ? thousandths(unplayed_ratio(stream)) : kNoValue,
          codec.has_value() ? thousandths(codec->equipment) : kNoValue,
          codec.has_value() ? thousandths(codec->loss_robustness) : kNoValue};
}

/// What the flow's record tells of what one end sent.
class FlowQuality {
 public:
  void add(const RtpStream& stream) noexcept {
    any_ = true;
    missing_ += stream.sequence().missing();
    if (stream.jitter() != nullptr) jitter_ms_ = std::max(jitter_ms_.value_or(0), stream.reported_jitter_ms());
    if (const auto mos = opinion_score(stream); mos.has_value()) mos_ = std::min(mos_.value_or(*mos), *mos);
  }
  void tell(Direction sender, AnalyzerContext& context) const noexcept {
    if (!any_) return;
    context.set_number(FlowNumber::kMediaLost, sender, static_cast<std::int64_t>(missing_));
    if (jitter_ms_.has_value())
      context.set_number(FlowNumber::kMediaJitterNanoseconds, sender, from_milliseconds(*jitter_ms_).nanoseconds);
    if (mos_.has_value()) context.set_number(FlowNumber::kMediaMosThousandths, sender, std::llround(1e3 * *mos_));
  }

 private:
  bool any_ = false;
  std::uint64_t missing_ = 0;
  std::optional<double> jitter_ms_, mos_;
};

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
    if (is_rtcp_type(datagram)) {
      read_reports(packet, state.streams, context);
    } else {
      const bool rtp = parse_rtp_header(datagram, is_cut(packet), header) && plausible(header, packet.payload_bytes);
      if (rtp && measure(packet, header, state, context)) state.confirmed = kSure;
    }
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
  if (mine && state.confirmed != 0) {
    FlowQuality quality[2];
    streams.for_each(state.streams, [&](RtpStream& stream) {
      if (!stream.believable()) return;
      tell(stream, stream.last_at(), context);
      context.count(kCounterStreams);
      if (const auto score = opinion_score(stream); score.has_value()) context.observe_value(kHistogramMos, *score);
      context.add_row(0, stream.direction(), stream.begun_at(),
                      row_of(stream, replaced_ssrc(stream, state.streams, streams)));
      quality[static_cast<std::size_t>(stream.direction())].add(stream);
    });
    for (const Direction sender : {Direction::kLoToHi, Direction::kHiToLo})
      quality[static_cast<std::size_t>(sender)].tell(sender, context);
  }
  streams.release(state.streams);
}

}  // namespace netpulse
