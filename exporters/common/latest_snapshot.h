#pragma once

#include <algorithm>
#include <memory>
#include <mutex>
#include <utility>

#include "engine/metrics/sinks.h"

namespace netpulse {

/// Keeps the newest metrics for readers on other threads. The lock covers a pointer's copy and is shared by the
/// collector and the readers alone: a scrape never makes a worker wait.
class LatestSnapshot final : public MetricsSink {
 public:
  /// initial: what readers see before the run's first snapshot; not null.
  explicit LatestSnapshot(std::shared_ptr<const MetricsSnapshot> initial) : latest_(std::move(initial)) {}

  void publish(std::shared_ptr<const MetricsSnapshot> snapshot) override {
    const std::lock_guard lock(mutex_);
    latest_.swap(snapshot);
  }
  /// Never null.
  std::shared_ptr<const MetricsSnapshot> get() const {
    const std::lock_guard lock(mutex_);
    return latest_;
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const MetricsSnapshot> latest_;
};

/// A snapshot of a run that has not begun: every series is there, with the value 0.
inline std::shared_ptr<const MetricsSnapshot> make_zero_snapshot(const RunNames& names, std::size_t worker_count,
                                                                 std::size_t source_count) {
  auto snapshot = std::make_shared<MetricsSnapshot>();
  snapshot->names = std::make_shared<const RunNames>(names);
  snapshot->workers.resize(worker_count);
  // Names of interfaces are known now if they are live ones.
  const std::size_t interface_count = std::max<std::size_t>(names.interfaces.size(), 1);
  for (std::size_t source = 0; source < source_count; ++source)
    for (std::size_t i = 0; i < interface_count; ++i) snapshot->sources.push_back({.source = source, .interface = i});
  snapshot->exporters.resize(names.exporters.size());
  return snapshot;
}

}  // namespace netpulse
