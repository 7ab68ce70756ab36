#pragma once

#include "plugins/common/analyzer_defaults.h"
#include "plugins/rtp/rtcp_reports.h"

namespace netpulse {

/// RTCP over UDP, on a port of its own: compound packets that begin with a report and add up to the datagram. When RTP
/// follows on the same port the flow is handed over. The round trip between the tap and a receiver is the time from a
/// sender's report to the report that refers to it, less the time the receiver says it took.
/// Source: RFC 3550 sections 6.1, 6.4 and 6.4.1, RFC 4585 section 6.1, RFC 3611, RFC 5761.
struct Rtcp : AnalyzerDefaults {
  /// Of each Direction.
  struct State {
    RtcpSenderTime senders[2];
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
