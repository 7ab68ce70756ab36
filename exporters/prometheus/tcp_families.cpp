#include <string>

#include "exporters/prometheus/families.h"

namespace netpulse {
namespace {

using prometheus::MetricType;

std::uint64_t count_of(const WorkerMetrics& metrics, TcpFinding finding) {
  return metrics.tcp_findings[static_cast<std::size_t>(finding)];
}

}  // namespace

void add_tcp_families(const MetricsSnapshot& snapshot, Families& families) {
  const WorkerMetrics& total = snapshot.total;
  FamilyBuilder flows(families, "netpulse_tcp_flows_total",
                      "TCP flows that have ended, by how they began: midstream is without a SYN.", MetricType::Counter);
  flows.add({{"start", "syn"}}, total.ended_flows(FlowProtocol::kTcp) - total.tcp_midstream_flows);
  flows.add({{"start", "midstream"}}, total.tcp_midstream_flows);
  FamilyBuilder retransmissions(families, "netpulse_tcp_retransmissions_total",
                                "TCP segments seen again: fast after duplicate ACKs, spurious where the bytes had been "
                                "acknowledged, other, as after a timeout.",
                                MetricType::Counter);
  const std::uint64_t fast = count_of(total, TcpFinding::kFastRetransmission);
  const std::uint64_t spurious = count_of(total, TcpFinding::kSpuriousRetransmission);
  retransmissions.add({{"kind", "fast"}}, fast);
  retransmissions.add({{"kind", "spurious"}}, spurious);
  retransmissions.add({{"kind", "other"}}, count_of(total, TcpFinding::kRetransmission) - fast - spurious);
  const auto counter = [&](std::string_view name, std::string_view help, TcpFinding finding) {
    FamilyBuilder(families, name, help, MetricType::Counter).add({}, count_of(total, finding));
  };
  counter("netpulse_tcp_out_of_order_segments_total", "TCP segments that others overtook.", TcpFinding::kOutOfOrder);
  counter("netpulse_tcp_duplicate_acks_total", "TCP segments that repeat the last acknowledgement.",
          TcpFinding::kDuplicateAck);
  counter("netpulse_tcp_lost_segments_total",
          "TCP segments behind a gap: what was in it was lost before the place of capture, or not captured.",
          TcpFinding::kLostSegment);
  counter("netpulse_tcp_zero_windows_total", "TCP segments whose sender takes no more data.", TcpFinding::kZeroWindow);
  counter("netpulse_tcp_full_windows_total", "TCP segments that fill the window of the other side.",
          TcpFinding::kWindowFull);
  counter("netpulse_tcp_keep_alives_total", "TCP keep-alives.", TcpFinding::kKeepAlive);
  counter("netpulse_tcp_duplicate_sacks_total",
          "TCP segments by which a receiver reports that bytes came twice (D-SACK): retransmissions it did not need.",
          TcpFinding::kDuplicateSack);
  counter("netpulse_tcp_spurious_by_time_stamp_total",
          "TCP segments whose echoed time stamp shows that they acknowledge what was sent first: what came again was "
          "sent in vain (RFC 3522). Looked for in one segment per round trip.",
          TcpFinding::kSpuriousByTimeStamp);
  counter("netpulse_tcp_resets_total", "TCP segments that end a connection at once, or refuse it.", TcpFinding::kReset);
  counter("netpulse_tcp_resets_out_of_window_total",
          "Of these, those that their receiver has to ignore (RFC 9293 section 3.10.7): forged, or late.",
          TcpFinding::kResetOutOfWindow);
  counter("netpulse_tcp_unseen_acknowledged_total",
          "TCP segments that acknowledge bytes which were not captured, or went another way.",
          TcpFinding::kUnseenAcknowledged);
  counter("netpulse_tcp_duplicate_frames_total",
          "TCP segments captured twice, as by a mirror port of both directions; counted above as what they look like.",
          TcpFinding::kDuplicateFrame);
  counter("netpulse_tcp_super_frames_total",
          "TCP frames that hold several segments, as GRO or TSO of the capturing host leave them.",
          TcpFinding::kSuperFrame);
  FamilyBuilder(families, "netpulse_tcp_super_frame_segments_total",
                "Segments in these frames, estimated by the maximum segment size.", MetricType::Counter)
      .add({}, total.tcp_super_frame_segments);
  FamilyBuilder(families, "netpulse_tcp_rtt_seconds",
                "From a TCP segment with data until its acknowledgement, at the place of capture; none that was "
                "retransmitted.",
                MetricType::Histogram)
      .add_histogram({}, total.tcp_rtt);
  FamilyBuilder(families, "netpulse_tcp_handshake_rtt_seconds",
                "From SYN to the ACK that completes the handshake; none that was repeated.", MetricType::Histogram)
      .add_histogram({}, total.tcp_handshake_rtt);
}

}  // namespace netpulse
