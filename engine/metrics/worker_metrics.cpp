#include "engine/metrics/worker_metrics.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

namespace netpulse {
namespace {

constexpr std::int64_t kFirstBoundNanoseconds = 10'000;

void add_each(std::array<TrafficAmount, kFlowDirectionCount>& sums,
              const std::array<TrafficAmount, kFlowDirectionCount>& values) {
  for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += values[i];
}

template <class Array>
void add_each(Array& sums, const Array& values) {
  for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += values[i];
}

}  // namespace

const char* loss_reason_name(LossReason reason) noexcept {
  switch (reason) {
    case LossReason::kQueueFull:
      return "queue_full";
    case LossReason::kFlowTableFull:
      return "flow_table_full";
    case LossReason::kExportRingFull:
      return "export_ring_full";
    case LossReason::kExportRingYielded:
      return "export_ring_yielded";
    case LossReason::kDetailPoolFull:
      return "detail_pool_full";
    case LossReason::kAttributePoolFull:
      return "attribute_pool_full";
    case LossReason::kStreamPoolFull:
      return "stream_pool_full";
    case LossReason::kNameSetFull:
      return "name_set_full";
    case LossReason::kNameExchangeFull:
      return "name_exchange_full";
    case LossReason::kShadowQueueFull:
      return "shadow_queue_full";
    case LossReason::kStreamWindowFull:
      return "stream_window_full";
    case LossReason::kExpectationsFull:
      return "expectations_full";
    case LossReason::kReportRowsFull:
      return "report_rows_full";
    case LossReason::kTcpHolesFull:
      return "tcp_holes_full";
    case LossReason::kThroughputFull:
      return "throughput_full";
    case LossReason::kOverloadUntracked:
      return "count_only";
    case LossReason::kOverloadUnanalyzed:
      return "skip_analysis";
    case LossReason::kCount:
      break;
  }
  return "unknown";
}

const char* overload_level_name(OverloadLevel level) noexcept {
  switch (level) {
    case OverloadLevel::kNormal:
      return "normal";
    case OverloadLevel::kSkipAnalysis:
      return "skip_analysis";
    case OverloadLevel::kEmergencyTimeouts:
      return "emergency_timeouts";
    case OverloadLevel::kCountOnly:
      return "count_only";
  }
  return "unknown";
}

void LatencyHistogram::observe(Duration latency) noexcept {
  const std::int64_t nanoseconds = std::max<std::int64_t>(latency.nanoseconds, 0);
  // Bucket i holds (10 us * 2^(i-1), 10 us * 2^i].
  const auto steps = static_cast<std::uint64_t>((nanoseconds + kFirstBoundNanoseconds - 1) / kFirstBoundNanoseconds);
  const auto bucket = steps <= 1 ? 0 : static_cast<std::size_t>(std::bit_width(steps - 1));
  ++buckets[std::min(bucket, kHistogramBuckets - 1)];
  ++count;
  sum_nanoseconds += nanoseconds;
}

void LatencyHistogram::observe_value(double value, std::span<const double> bounds) noexcept {
  const auto bucket = static_cast<std::size_t>(std::lower_bound(bounds.begin(), bounds.end(), value) - bounds.begin());
  ++buckets[std::min(bucket, kHistogramBuckets - 1)];
  ++count;
  sum_nanoseconds += std::llround(value * 1e9);
}

double LatencyHistogram::upper_bound_seconds(std::size_t i) noexcept {
  if (i + 1 >= kHistogramBuckets) return std::numeric_limits<double>::infinity();
  return static_cast<double>(kFirstBoundNanoseconds << i) / 1e9;  // exact: it is printed
}

void LatencyHistogram::add(const LatencyHistogram& other) noexcept {
  add_each(buckets, other.buckets);
  count += other.count;
  sum_nanoseconds += other.sum_nanoseconds;
}

void InterfaceMetrics::add(const InterfaceMetrics& other) noexcept {
  received_packets += other.received_packets;
  wire_bytes += other.wire_bytes;
  captured_bytes += other.captured_bytes;
  untracked_packets += other.untracked_packets;
  shed_packets += other.shed_packets;
  add_each(refused_packets, other.refused_packets);
}

DirectedTraffic WorkerMetrics::flow_traffic() const noexcept {
  DirectedTraffic sum = undecided;
  for (const DirectedTraffic& protocol : protocols) add_each(sum.ways, protocol.ways);
  return sum;
}

void WorkerMetrics::add(const WorkerMetrics& other) noexcept {
  received_packets += other.received_packets;
  wire_bytes += other.wire_bytes;
  captured_bytes += other.captured_bytes;
  add_each(network_packets, other.network_packets);
  add_each(transport_packets, other.transport_packets);
  add_each(network_bytes, other.network_bytes);
  add_each(transport_bytes, other.transport_bytes);
  add_each(decode_status, other.decode_status);
  add_each(tunnel_packets, other.tunnel_packets);
  add_each(losses, other.losses);
  flows_created += other.flows_created;
  add_each(flows_ended, other.flows_ended);
  add_each(flow_directions, other.flow_directions);
  tcp_midstream_flows += other.tcp_midstream_flows;
  flow_records_exported += other.flow_records_exported;
  export_ring_records += other.export_ring_records;
  active_flows += other.active_flows;
  flow_capacity += other.flow_capacity;
  details_used += other.details_used;
  details_capacity += other.details_capacity;
  fragments_tracked += other.fragments_tracked;
  fragments_matched += other.fragments_matched;
  fragments_unmatched += other.fragments_unmatched;
  fragments_evicted += other.fragments_evicted;
  fragments_ranges_forgotten += other.fragments_ranges_forgotten;
  name_cache_entries += other.name_cache_entries;
  name_cache_capacity += other.name_cache_capacity;
  name_cache_evictions += other.name_cache_evictions;
  name_cache_overwritten += other.name_cache_overwritten;
  closed_list_overflows += other.closed_list_overflows;
  report_rows_replaced += other.report_rows_replaced;
  add_each(tcp_findings, other.tcp_findings);
  tcp_super_frame_segments += other.tcp_super_frame_segments;
  tcp_rtt.add(other.tcp_rtt);
  tcp_handshake_rtt.add(other.tcp_handshake_rtt);
  encrypted_bytes += other.encrypted_bytes;
  cleartext_bytes += other.cleartext_bytes;
  busy_cycles += other.busy_cycles;
  idle_cycles += other.idle_cycles;
  batches += other.batches;
  add_each(batch_sizes, other.batch_sizes);
  batch_packets += other.batch_packets;
  overload_level = std::max(overload_level, other.overload_level);
  add_each(overload_entries, other.overload_entries);
  stalls += other.stalls;
  stalled_cycles += other.stalled_cycles;
  if (other.heartbeat.known() && (!heartbeat.known() || other.heartbeat < heartbeat)) heartbeat = other.heartbeat;
  if (other.first_packet_time.known() && (!first_packet_time.known() || other.first_packet_time < first_packet_time))
    first_packet_time = other.first_packet_time;
  last_packet_time = std::max(last_packet_time, other.last_packet_time);
  for (std::size_t i = 0; i < interfaces.size(); ++i) interfaces[i].add(other.interfaces[i]);
  add_each(undecided.ways, other.undecided.ways);
  add_each(payload_bytes, other.payload_bytes);
  add_each(repeated_payload_bytes, other.repeated_payload_bytes);
  for (std::size_t i = 0; i < applications.size(); ++i) add_each(applications[i].ways, other.applications[i].ways);
  for (std::size_t i = 0; i < protocols.size(); ++i) add_each(protocols[i].ways, other.protocols[i].ways);
  add_each(application_flows, other.application_flows);
  add_each(protocol_flows, other.protocol_flows);
  add_each(plugin_counters, other.plugin_counters);
  for (std::size_t i = 0; i < plugin_histograms.size(); ++i) plugin_histograms[i].add(other.plugin_histograms[i]);
}

}  // namespace netpulse
