#include "engine/metrics/collector.h"

#include <algorithm>
#include <utility>

#include "engine/base/prefetch.h"
#include "engine/base/wall_clock.h"

namespace netpulse {
namespace {

constexpr std::size_t kDrainFlowsMax = 512;
/// Records on their way from memory at one time.
constexpr std::size_t kFlowsAhead = 8;
constexpr std::chrono::milliseconds kNap{2};
constexpr std::chrono::milliseconds kPublishPeriod{200};

void prefetch_record(const FinishedFlow& flow) noexcept {
  const auto* line = reinterpret_cast<const char*>(&flow.record);
  prefetch_to_write(line);
  prefetch_to_read(line + 64);
}

}  // namespace

Collector::Collector(Inputs inputs) : inputs_(std::move(inputs)) { batch_.reserve(kDrainFlowsMax); }

Collector::~Collector() {
  if (thread_.joinable()) finish();
}

void Collector::start(std::vector<WorkerEnd> workers) {
  workers_ = std::move(workers);
  for (const WorkerEnd& worker : workers_) window_rings_.push_back(worker.windows);
  throughput_ = std::make_unique<Throughput>(workers_.size());
  started_ = std::chrono::steady_clock::now();
  started_at_ = wall_clock_now();
  publish();
  thread_ = std::thread([this] { run(); });
}

void Collector::finish() {
  finishing_.store(true, std::memory_order_release);
  bell_.ring();
  thread_.join();
}

void Collector::run() {
  auto next_publication = started_ + kPublishPeriod;
  while (!finishing_.load(std::memory_order_acquire)) {
    if (!drain()) bell_.wait_for(kNap);
    if (const auto now = std::chrono::steady_clock::now(); now >= next_publication) {
      // Buffered records of a quiet network must not wait for a full buffer.
      for (FlowSink* sink : flow_sinks_) sink->flush();
      publish();
      next_publication = now + kPublishPeriod;
    }
  }
  while (drain()) {
  }
  throughput_->finish();
  for (FlowSink* sink : flow_sinks_) sink->flush();
  publish();
}

bool Collector::drain() {
  const bool any = throughput_->drain(window_rings_);
  return drain_flows() || any;
}

bool Collector::drain_flows() {
  bool any = false;
  for (const WorkerEnd& worker : workers_) {
    const std::size_t count = std::min(worker.flows->readable(), kDrainFlowsMax);
    if (count == 0) continue;
    any = true;
    batch_.clear();
    for (std::size_t i = 0; i < count; ++i) {
      if (i + kFlowsAhead < count) prefetch_record((*worker.flows)[i + kFlowsAhead]);
      FinishedFlow& flow = (*worker.flows)[i];
      if (place_totals_ != nullptr) place_totals_->add(flow);
      batch_.push_back(&flow);
    }
    top_lists_.add(batch_);
    for (FlowSink* sink : flow_sinks_) sink->write(batch_);
    for (FlowSink* watcher : flow_watchers_) watcher->write(batch_);
    worker.flows->pop(count);
  }
  return any;
}

void Collector::publish() {
  auto snapshot = std::make_shared<MetricsSnapshot>();
  snapshot->names = inputs_.names;
  snapshot->started_at = started_at_;
  snapshot->uptime_seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - started_).count();
  snapshot->workers.reserve(workers_.size());
  for (const WorkerEnd& worker : workers_) {
    snapshot->workers.push_back(worker.snapshots->latest());
    snapshot->total.add(snapshot->workers.back());
  }
  if (inputs_.add_shared) inputs_.add_shared(snapshot->total);
  snapshot->sources = inputs_.sources();
  snapshot->untracked_top_entries = top_lists_.untracked();
  for (const FlowSink* sink : flow_sinks_) snapshot->exporters.push_back(sink->counters());
  if (place_totals_ != nullptr) {
    snapshot->regions = place_totals_->regions();
    snapshot->places = place_totals_->database_counters();
  }
  snapshot->total.losses[static_cast<std::size_t>(LossReason::kThroughputFull)] += throughput_->late_shares();
  snapshot->throughput = throughput_->figures();
  for (MetricsSink* sink : metrics_sinks_) sink->publish(snapshot);
  last_snapshot_ = std::move(snapshot);
}

void Collector::fill(RunReport& report, std::size_t top_entries) const {
  report.metrics = *last_snapshot_;
  report.top_hosts = top_lists_.hosts(top_entries);
  report.top_pairs = top_lists_.pairs(top_entries);
  report.top_server_names = top_lists_.server_names(top_entries);
  if (place_totals_ != nullptr) report.top_networks = place_totals_->networks(top_entries);
}

}  // namespace netpulse
