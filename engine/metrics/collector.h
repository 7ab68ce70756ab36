#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "engine/metrics/export_ring.h"
#include "engine/metrics/place_totals.h"
#include "engine/metrics/run_report.h"
#include "engine/metrics/sinks.h"
#include "engine/metrics/snapshot_slot.h"
#include "engine/metrics/throughput.h"
#include "engine/metrics/top_lists.h"

namespace netpulse {

/// The control side's thread: takes finished flows from the workers' rings, looks up their places, hands them to the
/// sinks and the top lists, and merges the workers' metrics into snapshots.
class Collector {
 public:
  struct WorkerEnd {
    ExportRing* flows;
    WindowRing* windows;
    SnapshotSlot<WorkerMetrics>* snapshots;
  };
  struct Inputs {
    std::shared_ptr<const RunNames> names;
    std::function<std::vector<SourceCounters>()> sources;  ///< asked from the collector's thread
    /// Adds what is counted outside the workers (the reader's losses, fragments); may be empty.
    std::function<void(WorkerMetrics&)> add_shared;
  };

  explicit Collector(Inputs inputs);
  ~Collector();

  /// Before start().
  void add_flow_sink(FlowSink& sink) { flow_sinks_.push_back(&sink); }
  void add_flow_watcher(FlowSink& watcher) { flow_watchers_.push_back(&watcher); }
  void add_metrics_sink(MetricsSink& sink) { metrics_sinks_.push_back(&sink); }
  /// Looks up where the ends of each flow are; places must outlive the collector.
  void use_places(PlaceDatabase& places) { place_totals_ = std::make_unique<PlaceTotals>(places); }
  Bell& bell() noexcept { return bell_; }

  void start(std::vector<WorkerEnd> workers);
  /// After the workers have pushed and published their last: takes what is left, publishes once more, ends the thread.
  void finish();
  /// After finish(): metrics and top lists of the report.
  void fill(RunReport& report, std::size_t top_entries) const;

 private:
  void run();
  /// True if there was anything.
  bool drain();
  bool drain_flows();
  void publish();

  Inputs inputs_;
  std::vector<WorkerEnd> workers_;
  std::vector<FlowSink*> flow_sinks_, flow_watchers_;
  std::vector<MetricsSink*> metrics_sinks_;
  Bell bell_;
  TopLists top_lists_;
  std::unique_ptr<PlaceTotals> place_totals_;
  std::vector<WindowRing*> window_rings_;
  std::unique_ptr<Throughput> throughput_;
  std::shared_ptr<MetricsSnapshot> last_snapshot_;
  std::vector<const FinishedFlow*> batch_;
  Timestamp started_at_;
  std::chrono::steady_clock::time_point started_;
  std::atomic<bool> finishing_{false};
  std::thread thread_;
};

}  // namespace netpulse
