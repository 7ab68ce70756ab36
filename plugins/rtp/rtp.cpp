#include "plugins/rtp/rtp.h"

#include "plugins/common/rtp_header.h"

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

bool is_rtcp_type(Bytes datagram) noexcept {
  return datagram.size() >= 2 && datagram[0] >> 6 == 2 && datagram[1] >= kRtcpTypeMin && datagram[1] <= kRtcpTypeMax;
}

constexpr std::uint8_t kSenderReport = 200, kReceiverReport = 201, kExtendedReport = 207;
constexpr std::size_t kSenderInfoWords = 6, kReportBlockWords = 6;

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

}  // namespace

Verdict Rtp::probe(const PacketView& packet) noexcept {
  RtpHeader header;
  if (!over_udp(packet) || !parse_rtp_header(packet.payload(), is_cut(packet), header)) return Verdict::kNotMine;
  return plausible(header, packet.payload_bytes) ? Verdict::kTentative : Verdict::kNotMine;
}

Verdict Rtp::consume(const PacketView& packet, State& state, AnalyzerContext& context) noexcept {
  if (state.confirmed != 0) return Verdict::kNeedMore;
  if (state.datagrams == 0 && (context.expectation(packet.dst_addr(), packet.dst_port()) != nullptr ||
                               context.expectation(packet.src_addr(), packet.src_port()) != nullptr)) {
    state.confirmed = 1;
    return Verdict::kNeedMore;
  }
  const Bytes datagram = packet.payload();
  if (++state.datagrams > kDatagramsMax) return Verdict::kNotMine;
  if (datagram[0] <= kDtlsFirstByteMax || is_rtcp_type(datagram)) return Verdict::kTentative;
  RtpHeader header;
  const bool rtp = parse_rtp_header(datagram, is_cut(packet), header) && plausible(header, packet.payload_bytes);
  if (!rtp || !note(header, state)) return ++state.strangers > kStrangersMax ? Verdict::kNotMine : Verdict::kTentative;
  for (const Source& source : state.sources)
    if (source.in_a_row >= kInARowMin) {
      state.confirmed = 1;
      return Verdict::kNeedMore;
    }
  return Verdict::kTentative;
}

Verdict Rtcp::probe(const PacketView& packet) noexcept {
  return mine_if(over_udp(packet) && is_compound(packet.payload(), is_cut(packet)));
}

Verdict Rtcp::consume(const PacketView& packet, State&, AnalyzerContext& context) noexcept {
  RtpHeader header;
  if (!parse_rtp_header(packet.payload(), is_cut(packet), header)) return Verdict::kTentative;
  context.hand_over();
  return Verdict::kDone;
}

}  // namespace netpulse
