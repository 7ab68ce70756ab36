#pragma once

#include "plugins/common/analyzer_defaults.h"
#include "plugins/rtp/rtp_streams.h"

namespace netpulse {

/// RTP and SRTP over UDP: what it is, and how well each stream (SSRC in one direction of a flow) arrives.
///
/// A flow that SIP announced is known by its first packet, and given up when no two packets in a row follow within
/// kDatagramsMax: the port may belong to somebody else by now. Otherwise a single datagram proves nothing, so the claim
/// is tentative until kInARowMin datagrams of one source have followed each other: same SSRC and payload type, sequence
/// number one higher, a time stamp that a media clock can have. STUN, DTLS and RTCP in between are passed over. Given
/// up after kDatagramsMax, or kStrangersMax that fit nothing. Streams are measured from their first packet, whether the
/// flow is known by then or not; those in which no two packets follow each other are not told of. See RtpStream.
/// Source: RFC 3550 section 5.1 and appendix A.1; RFC 3551 section 6; RFC 7983 section 7.
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

  /// One way, mouth to ear, for the estimated opinion score: nobody on the path can see it.
  static constexpr Duration kDelayAssumed = Duration::from_milliseconds(20);

  static constexpr std::size_t kCounterPackets = 0, kCounterLost = 1, kCounterDuplicates = 2, kCounterReordered = 3,
                               kCounterStreams = 4, kCounterUnmeasured = 5;
  static constexpr std::array<MetricDescription, 6> kCounters{
      MetricDescription{"netpulse_rtp_packets_total", "RTP packets of streams that are measured."},
      MetricDescription{"netpulse_rtp_lost_packets_total",
                        "RTP packets expected by their sequence numbers and missing."},
      MetricDescription{"netpulse_rtp_duplicate_packets_total", "RTP packets that were there already."},
      MetricDescription{"netpulse_rtp_reordered_packets_total", "RTP packets that came after a later one."},
      MetricDescription{"netpulse_rtp_streams_total", "RTP streams that ended."},
      MetricDescription{"netpulse_rtp_unmeasured_packets_total",
                        "RTP packets of streams that are not measured: too many at one time, or in one flow."}};
  static constexpr std::array<MetricDescription, 1> kHistograms{MetricDescription{
      "netpulse_rtp_jitter_seconds",
      "Interarrival jitter of RTP streams with a known clock, every five seconds and at their end (RFC 3550)."}};

  static constexpr std::array<std::string_view, 4> kClockSources{"unknown", "static", "sdp", "inferred"};
  static constexpr std::array<ReportColumn, 22> kColumns{
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
      ReportColumn{"mos_estimated", "MOS", ValueKind::kThousandths},
      ReportColumn{"mos_delay_ms", "", ValueKind::kMilliseconds},
      ReportColumn{"mos_loss_ratio", "", ValueKind::kThousandths}};
  static constexpr std::array<ReportTableDescription, 1> kTables{
      ReportTableDescription{"rtp", "streams", "Voice and video", kColumns}};

  static Verdict consume(const PacketView& packet, State& state, AnalyzerContext& context) noexcept;
  static void end_flow(State& state, bool mine, AnalyzerContext& context) noexcept;
};

/// RTCP over UDP, on a port of its own: compound packets that begin with a report and add up to the datagram. When RTP
/// follows on the same port the flow is handed over. The round trip between the tap and a receiver is the time from a
/// sender's report to the report that refers to it, less the time the receiver says it took.
/// Source: RFC 3550 sections 6.1, 6.4 and 6.4.1, RFC 4585 section 6.1, RFC 3611, RFC 5761.
struct Rtcp : AnalyzerDefaults {
  /// The last sender's report of each Direction.
  struct State {
    Timestamp seen_at[2];
    std::uint32_t middle[2];  ///< of its NTP time stamp: what a receiver refers to; 0: none
  };
  static constexpr bool kStateOverUdp = true;
  static constexpr std::size_t kCounterSender = 0, kCounterReceiver = 1;
  static constexpr std::array<MetricDescription, 2> kCounters{
      MetricDescription{"netpulse_rtcp_reports_total", "RTCP reports on ports of their own.", "kind", "sender"},
      MetricDescription{"netpulse_rtcp_reports_total", "RTCP reports on ports of their own.", "kind", "receiver"}};
  static constexpr std::array<MetricDescription, 1> kHistograms{MetricDescription{
      "netpulse_rtcp_round_trip_seconds", "From the tap to a receiver of RTP and back, by RTCP reports (RFC 3550)."}};
  static constexpr std::string_view kName = "rtcp";
  static constexpr std::array<Pattern, 1> kPatterns{Pattern{R"(^[\x80-\xbf][\xc8\xc9]\x00)"}};

  static Verdict probe(const PacketView& packet) noexcept;
  static Verdict consume(const PacketView& packet, State& state, AnalyzerContext& context) noexcept;
};

}  // namespace netpulse
