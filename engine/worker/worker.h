#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "engine/analysis/dispatcher.h"
#include "engine/flow/flow_table.h"
#include "engine/metrics/export_ring.h"
#include "engine/metrics/snapshot_slot.h"
#include "engine/metrics/window_meter.h"
#include "engine/metrics/worker_metrics.h"
#include "engine/packet/decode.h"
#include "engine/place/home_networks.h"
#include "engine/source/packet_source.h"
#include "engine/worker/heartbeat.h"
#include "engine/worker/name_exchange.h"
#include "engine/worker/overload_ladder.h"

namespace netpulse {

struct WorkerOptions {
  FlowTableOptions flow_table;  ///< this worker's share
  AnalysisOptions analysis;
  Dispatcher::NameCollection names;
  HomeNetworks home;
  bool can_wait = false;           ///< wait for room in the export ring instead of dropping (capture files)
  bool real_time = true;           ///< PacketSource::real_time()
  Bell* collector_bell = nullptr;  ///< rung while waiting
};

/// One core's share of the packets, run to completion: counters, flow table, analysis, timeouts, export.
/// Everything but snapshots() and the rings is used by the worker's thread alone.
class Worker final : private FlowEndHandler, private NameListener {
 public:
  Worker(const WorkerOptions& options, const AnalysisPlan& plan, const HashSeed& seed);

  /// Decoded packets in their order; at most kBatchPackets. Their payloads are changed on the way. now: the batch's
  /// time. mark: the second of all of them.
  void process(std::span<PacketView> batch, Timestamp now, const SecondMark& mark) noexcept;
  /// Fetches what process() will need for a packet that was just decoded.
  void prefetch(const PacketView& packet) const noexcept { table_.prefetch_bucket(packet.hash); }
  /// Takes in what other workers learned.
  void receive_names(Timestamp now) noexcept;
  /// Ends all flows.
  void flush(Timestamp now) noexcept;
  /// Leaves undone what the ladder says.
  void follow(const OverloadLadder& ladder) noexcept;
  double flow_table_ratio() const noexcept {
    return static_cast<double>(table_.active_flows()) / static_cast<double>(table_.flow_capacity());
  }
  /// The thread comes round, after so many ticks in which it worked and waited.
  void come_round(std::uint64_t now_cycles, std::uint64_t busy_cycles, std::uint64_t idle_cycles) noexcept;
  Heartbeat& heartbeat() noexcept { return heartbeat_; }
  /// Publishes the metrics if their period is over, or at once.
  void publish_if_due() noexcept;
  void publish() noexcept;

  WorkerMetrics& metrics() noexcept { return metrics_; }
  ExportRing& export_ring() noexcept { return export_ring_; }
  WindowRing& window_ring() noexcept { return windows_.ring(); }
  SnapshotSlot<WorkerMetrics>& snapshots() noexcept { return snapshots_; }
  NameInbox& name_inbox() noexcept { return name_inbox_; }
  void set_name_exchange(NameExchange* exchange, std::size_t worker_index) noexcept;
  /// What analyzers found; of its findings only once the threads of all workers have ended.
  const Dispatcher& dispatcher() const noexcept { return dispatcher_; }
  Dispatcher& dispatcher() noexcept { return dispatcher_; }

 private:
  struct Pending {
    PacketView* packet;
    FlowRecord* record;
    bool created;
  };

  InterfaceMetrics& interface_metrics(std::size_t index) noexcept {
    return metrics_.interfaces[std::min(index, kInterfacesMax - 1)];
  }
  void count_packets(std::span<const PacketView> batch) noexcept;
  void count_batch(std::size_t packets) noexcept;
  void update_flows(std::span<PacketView> batch) noexcept;
  void begin_flow(const PacketView& packet, FlowRecord& record) noexcept;
  void count_refused(const PacketView& packet) noexcept;
  [[gnu::always_inline]] inline void observe_tcp(const PacketView& packet, FlowRecord& record) noexcept;
  [[gnu::noinline]] void count_findings(TcpObservation seen, const TcpQuality& quality, TrafficDirection way) noexcept;
  void analyze_pending() noexcept;
  void advance_clock(Timestamp now) noexcept;
  void end_overdue(std::size_t batch_packets) noexcept;
  void on_flow_end(FlowRecord& record, FlowDetail* detail, EndReason reason) noexcept override;
  void before_flow_end() noexcept override { analyze_pending(); }
  void on_name(const IpAddress& client, const IpAddress& address, std::string_view name,
               std::uint32_t ttl_seconds) noexcept override;
  void on_expectation(const ExpectedFlow& expected) noexcept override;
  void export_flow(const FlowRecord& record, const FlowDetail* detail, EndReason reason) noexcept;

  WorkerOptions options_;
  std::unique_ptr<WorkerMetrics> metrics_storage_;
  WorkerMetrics& metrics_;
  WindowMeter windows_;
  Dispatcher dispatcher_;
  FlowTable table_;
  ExportRing export_ring_;
  SnapshotSlot<WorkerMetrics> snapshots_;
  NameInbox name_inbox_;
  NameExchange* name_exchange_ = nullptr;
  std::size_t worker_index_ = 0;

  std::array<Pending, kBatchPackets> pending_;
  std::size_t pending_count_ = 0;
  Timestamp clock_;  // follows packet time, but never by a jump
  Timestamp swept_until_;
  std::uint64_t next_publication_ = 0;  // by the cycle counter
  OverloadMeasures measures_;
  Heartbeat heartbeat_;
  const std::uint64_t stall_cycles_;
};

}  // namespace netpulse
