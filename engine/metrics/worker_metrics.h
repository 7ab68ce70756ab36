#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "engine/flow/flow_directions.h"
#include "engine/flow/flow_record.h"
#include "engine/metrics/overload_level.h"
#include "engine/packet/packet_view.h"
#include "engine/packet/raw_packet.h"

namespace netpulse {

inline constexpr std::size_t kApplicationsMax = 1024;
inline constexpr std::size_t kProtocolsMax = 128;
inline constexpr std::size_t kPluginCountersMax = 512;
inline constexpr std::size_t kPluginHistogramsMax = 16;
/// Buckets of every latency histogram: upper bounds 10 us * 2^i (10 us ... 5.4 min), the last one unbounded.
inline constexpr std::size_t kHistogramBuckets = 26;

/// Buckets of the sizes of batches: upper bounds 1, 2, 4 ... 64 packets, the last one unbounded.
inline constexpr std::size_t kBatchBuckets = 8;

/// A worker that does not come round for so long stands still.
inline constexpr double kStallSeconds = 0.1;

/// Traffic, counted once per packet.
struct TrafficCounters {
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;  ///< on the wire
  std::uint64_t flows = 0;

  TrafficCounters& operator+=(const TrafficCounters& other) noexcept {
    packets += other.packets;
    bytes += other.bytes;
    flows += other.flows;
    return *this;
  }
};

struct TrafficAmount {
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;  ///< on the wire

  void add(std::uint64_t more_packets, std::uint64_t more_bytes) noexcept {
    packets += more_packets;
    bytes += more_bytes;
  }
  TrafficAmount& operator+=(const TrafficAmount& other) noexcept {
    add(other.packets, other.bytes);
    return *this;
  }
  TrafficAmount& operator-=(const TrafficAmount& other) noexcept { return *this = *this - other; }
  /// Of two states of the same counter.
  friend TrafficAmount operator-(const TrafficAmount& now, const TrafficAmount& before) noexcept {
    return {now.packets - before.packets, now.bytes - before.bytes};
  }
};

/// Traffic of flows by TrafficDirection: one cache line, so that a packet is added in one place.
struct alignas(64) DirectedTraffic {
  std::array<TrafficAmount, kFlowDirectionCount> ways{};

  TrafficAmount& of(TrafficDirection direction) noexcept { return ways[static_cast<std::size_t>(direction)]; }
  const TrafficAmount& of(TrafficDirection direction) const noexcept {
    return ways[static_cast<std::size_t>(direction)];
  }
  TrafficAmount total() const noexcept {
    TrafficAmount sum;
    for (const TrafficAmount& amount : ways) sum += amount;
    return sum;
  }
};
static_assert(sizeof(DirectedTraffic) == 64);

/// A histogram of durations with the fixed buckets above; or of plain values, with bounds of their own that are kept
/// elsewhere (MetricDescription::bounds).
struct LatencyHistogram {
  std::array<std::uint64_t, kHistogramBuckets> buckets{};  ///< not cumulative
  std::uint64_t count = 0;
  std::int64_t sum_nanoseconds = 0;  ///< of plain values: billionths

  void observe(Duration latency) noexcept;
  /// value: below 9e9, finite, at least 0. bounds: as in MetricDescription, always the same ones.
  void observe_value(double value, std::span<const double> bounds) noexcept;
  /// Upper bound of bucket i in seconds; infinity for the last.
  static double upper_bound_seconds(std::size_t i) noexcept;
  void add(const LatencyHistogram& other) noexcept;
};

/// What was not fully processed, and why. The first two are packets, the others records and findings.
enum class LossReason : std::uint8_t {
  kQueueFull,           ///< packets never processed: the worker's queue had no room (live, single-queue sources)
  kFlowTableFull,       ///< packets counted, but in no flow: no record was free and none could be evicted
  kExportRingFull,      ///< flow records: the collector was too slow
  kExportRingYielded,   ///< flow records of flows that nobody answered: the other ones' half of that ring
  kDetailPoolFull,      ///< flows whose names were not kept: no cold record left
  kAttributePoolFull,   ///< texts of flows (user agents, ...) that were not kept
  kStreamPoolFull,      ///< flows whose analysis ended early: their stream buffer went to a newer flow
  kNameSetFull,         ///< names not listed in the report, each time they were seen
  kNameExchangeFull,    ///< learned names not told to another worker: its ring was full (live, a source per worker)
  kShadowQueueFull,     ///< DNS answers not shown to another worker: its queue had no room (live, one source)
  kStreamWindowFull,    ///< segments, or pieces of datagrams, kept in part or not at all: too far ahead, or too many
                        ///< holes
  kExpectationsFull,    ///< announced flows not waited for any longer: newer announcements took their room
  kReportRowsFull,      ///< rows not listed in the report of a file; see report_rows_replaced
  kTcpHolesFull,        ///< holes in TCP streams not waited for: bytes that fill them later count as repeated
  kThroughputFull,      ///< amounts missing in the windows of throughput: the collector was too slow
  kOverloadUntracked,   ///< packets counted, but in no flow: OverloadLevel::kCountOnly
  kOverloadUnanalyzed,  ///< flows whose payload was not read: OverloadLevel::kSkipAnalysis
  kCount
};
/// "queue_full", ...: label value and report key.
const char* loss_reason_name(LossReason reason) noexcept;

/// What a worker received from one interface.
struct InterfaceMetrics {
  std::uint64_t received_packets = 0;
  std::uint64_t wire_bytes = 0;
  std::uint64_t captured_bytes = 0;
  std::uint64_t untracked_packets = 0;  ///< LossReason::kFlowTableFull
  std::uint64_t shed_packets = 0;       ///< LossReason::kOverloadUntracked
  /// By DecodeStatus; [kOk] stays 0.
  std::array<std::uint64_t, static_cast<std::size_t>(DecodeStatus::kCount)> refused_packets{};

  void add(const InterfaceMetrics& other) noexcept;
};

/// Everything one worker counts: written by its thread alone, published as a copy. All monotonic but for the gauges.
/// received_packets = sum of network_packets = decode_status[kOk] (processed) + the other decode_status (checked in
/// tests).
struct WorkerMetrics {
  std::uint64_t received_packets = 0;
  std::uint64_t wire_bytes = 0;
  std::uint64_t captured_bytes = 0;
  std::array<std::uint64_t, 4> network_packets{};     ///< by NetworkLayer, innermost
  std::array<std::uint64_t, 10> transport_packets{};  ///< by TransportLayer, innermost
  std::array<std::uint64_t, 4> network_bytes{};
  std::array<std::uint64_t, 10> transport_bytes{};
  std::array<std::uint64_t, static_cast<std::size_t>(DecodeStatus::kCount)> decode_status{};  ///< [kOk]: processed
  std::array<std::uint64_t, static_cast<std::size_t>(Tunnel::kCount)> tunnel_packets{};
  std::array<std::uint64_t, static_cast<std::size_t>(LossReason::kCount)> losses{};

  std::uint64_t flows_created = 0;
  /// Records by EndReason: a flow has one more for each active timeout.
  std::array<std::uint64_t, kEndReasonCount> flows_ended{};
  /// Flows that have ended, by FlowProtocol and in that by FlowDirections.
  std::array<std::uint64_t, kFlowProtocolCount * kFlowDirectionsCount> flow_directions{};
  std::uint64_t tcp_midstream_flows = 0;  ///< of the TCP flows that have ended: without a SYN
  std::uint64_t flow_records_exported = 0;
  std::uint64_t export_ring_records = 0;  ///< gauge: waiting for the collector, of kExportRingFlows
  std::uint64_t active_flows = 0;         ///< gauge
  std::uint64_t flow_capacity = 0;        ///< gauge: records the table can hold
  std::uint64_t details_used = 0;         ///< gauge
  std::uint64_t details_capacity = 0;
  std::uint64_t fragments_tracked = 0, fragments_matched = 0, fragments_unmatched = 0, fragments_evicted = 0;
  std::uint64_t fragments_ranges_forgotten = 0;
  std::uint64_t name_cache_entries = 0, name_cache_capacity = 0, name_cache_evictions = 0;
  std::uint64_t name_cache_overwritten = 0;  ///< look-ups that found an address whose name had made room for others
  /// Closed connections that found no room in the list of those to end on time: a sweep ends them, seconds later.
  std::uint64_t closed_list_overflows = 0;
  /// Rows of the report's tables that made room for later ones: of a live run, where that is no loss, as it shows the
  /// latest.
  std::uint64_t report_rows_replaced = 0;

  std::array<std::uint64_t, kTcpFindingCount> tcp_findings{};  ///< segments by TcpFinding, of packets in a flow
  std::uint64_t tcp_super_frame_segments = 0;                  ///< that TcpFinding::kSuperFrame's hold, estimated
  LatencyHistogram tcp_rtt;                                    ///< of data: TcpQuality::rtt_smoothed()'s samples
  LatencyHistogram tcp_handshake_rtt;                          ///< SYN to ACK, of handshakes without repeats

  std::uint64_t encrypted_bytes = 0, cleartext_bytes = 0;  ///< of flows whose protocol is known; as of publication
  std::uint64_t busy_cycles = 0, idle_cycles = 0;          ///< TSC ticks in polls that gave packets, or none
  std::uint64_t batches = 0;                               ///< that had packets
  std::array<std::uint64_t, kBatchBuckets> batch_sizes{};  ///< these, by their packets; not cumulative
  std::uint64_t batch_packets = 0;                         ///< in them; with those shown to learn from alone
  OverloadLevel overload_level = OverloadLevel::kNormal;   ///< gauge; of all workers, the highest
  std::array<std::uint64_t, kOverloadLevelCount>
      overload_entries{};                         ///< times that a level was come to, by OverloadLevel
  std::uint64_t stalls = 0;                       ///< times that the worker's thread did not run for kStallSeconds
  std::uint64_t stalled_cycles = 0;               ///< of these, together
  Timestamp heartbeat;                            ///< wall clock at publication; of all workers, the oldest
  Timestamp first_packet_time, last_packet_time;  ///< by the packets' own clock: smallest and largest seen

  /// By RawPacket::interface_index; those of a file beyond kInterfacesMax count with the last.
  std::array<InterfaceMetrics, kInterfacesMax> interfaces{};
  DirectedTraffic undecided;  ///< gauge: of flows that are not counted under a protocol and an application yet
  /// Transport payload of packets in flows by TrafficDirection, and how much of it had been seen before
  /// (RepeatedPayload).
  std::array<std::uint64_t, kFlowDirectionCount> payload_bytes{}, repeated_payload_bytes{};
  /// What flows are counted under (analysis/attribution.h).
  std::array<DirectedTraffic, kApplicationsMax> applications{};
  std::array<DirectedTraffic, kProtocolsMax> protocols{};
  std::array<std::uint64_t, kApplicationsMax> application_flows{};
  std::array<std::uint64_t, kProtocolsMax> protocol_flows{};
  std::array<std::uint64_t, kPluginCountersMax> plugin_counters{};
  std::array<LatencyHistogram, kPluginHistogramsMax> plugin_histograms{};

  std::uint64_t flows_seen(FlowProtocol protocol, FlowDirections directions) const noexcept {
    return flow_directions[index_of(protocol, directions)];
  }
  std::uint64_t ended_flows(FlowProtocol protocol) const noexcept {
    std::uint64_t flows = 0;
    for (std::size_t i = 0; i < kFlowDirectionsCount; ++i)
      flows += flows_seen(protocol, static_cast<FlowDirections>(i));
    return flows;
  }
  static std::size_t index_of(FlowProtocol protocol, FlowDirections directions) noexcept {
    return static_cast<std::size_t>(protocol) * kFlowDirectionsCount + static_cast<std::size_t>(directions);
  }
  TrafficCounters application_traffic(std::size_t application) const noexcept {
    const TrafficAmount amount = applications[application].total();
    return {amount.packets, amount.bytes, application_flows[application]};
  }
  TrafficCounters protocol_traffic(std::size_t protocol) const noexcept {
    const TrafficAmount amount = protocols[protocol].total();
    return {amount.packets, amount.bytes, protocol_flows[protocol]};
  }
  /// Of all packets in flows.
  DirectedTraffic flow_traffic() const noexcept;
  /// All that was received, by the way it goes.
  TrafficAmount traffic(TrafficDirection direction) const noexcept {
    if (direction != TrafficDirection::kNone) return flow_traffic().of(direction);
    return TrafficAmount{received_packets, wire_bytes} - flow_traffic().total();
  }
  /// Payload delivered: without what had been seen before.
  std::uint64_t unique_payload_bytes(TrafficDirection direction) const noexcept {
    const auto way = static_cast<std::size_t>(direction);
    return payload_bytes[way] - repeated_payload_bytes[way];
  }
  std::uint64_t unique_payload_bytes() const noexcept {
    std::uint64_t sum = 0;
    for (std::size_t way = 0; way < kFlowDirectionCount; ++way) sum += payload_bytes[way] - repeated_payload_bytes[way];
    return sum;
  }

  /// Sums counters and gauges; times become the widest range. Used to merge workers.
  void add(const WorkerMetrics& other) noexcept;
};

}  // namespace netpulse
