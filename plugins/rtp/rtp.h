#pragma once

#include "plugins/common/analyzer_defaults.h"
#include "plugins/rtp/rtcp.h"
#include "plugins/rtp/rtp_streams.h"

namespace netpulse {

/// RTP and SRTP over UDP: what it is, and how well each stream (SSRC in one direction of a flow) arrives.
///
/// A flow that SIP announced is known by its first packet, and given up when no two packets in a row follow within
/// kDatagramsMax: the port may belong to somebody else by now. Otherwise a single datagram proves nothing, so the claim
/// is tentative until kInARowMin datagrams of one source have followed each other: same SSRC and payload type, sequence
/// number one higher, a time stamp that a media clock can have. STUN, DTLS and RTCP in between are passed over. Given
/// up after kDatagramsMax, or kStrangersMax that fit nothing. Streams are measured from their first packet, whether the
/// flow is known by then or not; those in which no two packets follow each other are not told of. See RtpStream. RTCP
/// on the same port tells round trips, once the flow is known. Source: RFC 3550 section 5.1 and appendix A.1; RFC 3551
/// section 6; RFC 5761; RFC 7983 section 7.
struct Rtp : AnalyzerDefaults {
  struct Source {
    std::uint32_t ssrc;
    std::uint32_t timestamp;
    std::uint16_t sequence;
    std::uint8_t payload_type;
    std::uint8_t in_a_row;  ///< 0: unused
  };
  struct State {
    Source sources[2];  ///< one for each direction, or two of a bundle
    std::uint8_t datagrams;
    std::uint8_t strangers;
    std::uint8_t confirmed;  ///< kAnnounced, kSure; 0: neither
    RtpStreams::Chain streams;
  };
  using PerWorker = RtpStreams;
  static constexpr std::uint8_t kAnnounced = 1, kSure = 2;
  static constexpr std::uint8_t kInARowMin = 4, kDatagramsMax = 30, kStrangersMax = 12;

  static constexpr std::string_view kName = "rtp";
  static constexpr bool kStateOverUdp = true;
  static constexpr std::array<Pattern, 1> kPatterns{Pattern{R"(^[\x80-\xbf][^\xc0-\xdf])"}};

  static Verdict probe(const PacketView& packet) noexcept;
  /// Streams are told of as they end, their losses and jitter also meanwhile, at such intervals of packet time.
  static constexpr Duration kTellPeriod = Duration::from_seconds(5);

  /// One way, mouth to ear, for the estimated opinion score: the way and the codec, of which nobody on the path sees
  /// enough, and the receiver's buffer.
  static constexpr Duration kDelayAssumed = Duration::from_milliseconds(20) + PlayoutBuffer::kDepth;

  static constexpr std::size_t kCounterPackets = 0, kCounterLost = 1, kCounterDuplicates = 2, kCounterReordered = 3,
                               kCounterStreams = 4, kCounterUnmeasured = 5, kCounterSenderReports = 6,
                               kCounterReceiverReports = 7;
  static constexpr std::array<MetricDescription, 8> kCounters{
      MetricDescription{"netpulse_rtp_packets_total", "RTP packets of streams that are measured."},
      MetricDescription{"netpulse_rtp_lost_packets_total",
                        "RTP packets expected by their sequence numbers and missing."},
      MetricDescription{"netpulse_rtp_duplicate_packets_total", "RTP packets that were there already."},
      MetricDescription{"netpulse_rtp_reordered_packets_total", "RTP packets that came after a later one."},
      MetricDescription{"netpulse_rtp_streams_total", "RTP streams that ended."},
      MetricDescription{"netpulse_rtp_unmeasured_packets_total",
                        "RTP packets of streams that are not measured: too many at one time, or in one flow."},
      MetricDescription{"netpulse_rtp_reports_total", "RTCP reports on the port of RTP.", "kind", "sender"},
      MetricDescription{"netpulse_rtp_reports_total", "RTCP reports on the port of RTP.", "kind", "receiver"}};
  static constexpr std::size_t kHistogramJitter = 0, kHistogramRoundTrip = 1, kHistogramMos = 2;
  /// Where users' satisfaction changes: nearly all dissatisfied, many, some, satisfied, very satisfied above.
  /// Source: ITU-T G.107 annex B, table B.1.
  static constexpr std::array<double, 5> kMosBounds{2.58, 3.10, 3.60, 4.03, 4.34};
  static constexpr std::array<MetricDescription, 3> kHistograms{
      MetricDescription{
          "netpulse_rtp_jitter_seconds",
          "Interarrival jitter of RTP streams with a known clock, every five seconds and at their end (RFC 3550)."},
      MetricDescription{
          "netpulse_rtp_round_trip_seconds",
          "From the tap to a receiver of RTP and back, by RTCP reports on the port of RTP (RFC 3550, RFC 5761)."},
      MetricDescription{.family = "netpulse_rtp_mos",
                        .help = "Estimated mean opinion score (1 to 4.5) of each RTP stream of G.711 or G.729 that "
                                "ended. Buckets are the classes of user satisfaction of ITU-T G.107 annex B: up to "
                                "3.6 many users are dissatisfied, above 4.03 they are satisfied.",
                        .bounds = kMosBounds}};

  static constexpr std::array<std::string_view, 4> kClockSources{"unknown", "static", "sdp", "inferred"};
  static constexpr std::array<ReportColumn, 28> kColumns{
      ReportColumn{"ssrc", "SSRC", ValueKind::kHexadecimal},
      ReportColumn{"replaces_ssrc", "", ValueKind::kHexadecimal},
      ReportColumn{"payload_type", "type"},
      ReportColumn{"payload_type_changes", ""},
      ReportColumn{"clock_hz", ""},
      ReportColumn{"clock_source", "", ValueKind::kLabel, kClockSources},
      ReportColumn{"duration_ms", "", ValueKind::kMilliseconds},
      ReportColumn{"packets", "packets"},
      ReportColumn{"payload_bytes", ""},
      ReportColumn{"expected", ""},
      ReportColumn{"lost", "lost"},
      ReportColumn{"missing", ""},
      ReportColumn{"duplicates", ""},
      ReportColumn{"reordered", "reordered"},
      ReportColumn{"restarts", ""},
      ReportColumn{"markers", ""},
      ReportColumn{"jitter_ms", "", ValueKind::kMilliseconds},
      ReportColumn{"jitter_ms_mean", "jitter ms", ValueKind::kMilliseconds},
      ReportColumn{"jitter_ms_max", "max", ValueKind::kMilliseconds},
      ReportColumn{"discarded", ""},
      ReportColumn{"silence_ms", "", ValueKind::kMilliseconds},
      ReportColumn{"round_trip_ms", "", ValueKind::kMilliseconds},
      ReportColumn{"mos_estimated", "MOS", ValueKind::kThousandths},
      ReportColumn{"mos_delay_ms", "", ValueKind::kMilliseconds},
      ReportColumn{"mos_buffer_ms", "", ValueKind::kMilliseconds},
      ReportColumn{"mos_loss_ratio", "", ValueKind::kThousandths},
      ReportColumn{"mos_ie", "", ValueKind::kThousandths},
      ReportColumn{"mos_bpl", "", ValueKind::kThousandths}};
  static constexpr std::array<ReportTableDescription, 1> kTables{
      ReportTableDescription{"rtp", "streams", "Voice and video", kColumns}};

  static Verdict consume(const PacketView& packet, State& state, AnalyzerContext& context) noexcept;
  static void end_flow(State& state, bool mine, AnalyzerContext& context) noexcept;
};

}  // namespace netpulse
