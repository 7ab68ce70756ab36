#include <array>
#include <string>

#include "exporters/prometheus/families.h"

namespace netpulse {
namespace {

using prometheus::MetricType;

constexpr std::array<double, kBatchBuckets - 1> kBatchBounds{1, 2, 4, 8, 16, 32, 64};

void add_batches(const MetricsSnapshot& snapshot, Families& families) {
  FamilyBuilder batches(families, "netpulse_worker_batches_total",
                        "Batches of packets that the worker took. Packets by batches is the mean batch: 64, the most, "
                        "is a worker with more to do than it gets done.",
                        MetricType::Counter);
  for (std::size_t w = 0; w < snapshot.workers.size(); ++w)
    batches.add({{"worker", std::to_string(w)}}, snapshot.workers[w].batches);
  FamilyBuilder sizes(families, "netpulse_worker_batch_packets", "Packets of each of these batches.",
                      MetricType::Histogram);
  for (std::size_t w = 0; w < snapshot.workers.size(); ++w)
    sizes.add_histogram({{"worker", std::to_string(w)}}, snapshot.workers[w].batch_sizes, kBatchBounds,
                        static_cast<double>(snapshot.workers[w].batch_packets));
}

void add_overload(const MetricsSnapshot& snapshot, Families& families) {
  FamilyBuilder level(families, "netpulse_overload_level",
                      "What the worker leaves undone: 0 nothing, 1 analysis of new flows, 2 besides, unanswered flows "
                      "end after a second, 3 new flows are only counted.",
                      MetricType::Gauge);
  FamilyBuilder entries(families, "netpulse_overload_entries_total",
                        "Times that the worker came to this level of netpulse_overload_level.", MetricType::Counter);
  FamilyBuilder stalls(families, "netpulse_worker_stalls_total", "Times that the worker did not come round for 0.1 s.",
                       MetricType::Counter);
  FamilyBuilder stalled(families, "netpulse_worker_stalled_cycles_total", "Time-stamp counter cycles of these times.",
                        MetricType::Counter);
  FamilyBuilder heartbeat(families, "netpulse_worker_heartbeat_timestamp_seconds",
                          "Unix time at which the worker last published its metrics, as it does ten times a second. "
                          "One that stands still does not. 0: not yet.",
                          MetricType::Gauge);
  for (std::size_t w = 0; w < snapshot.workers.size(); ++w) {
    const WorkerMetrics& worker = snapshot.workers[w];
    const std::string index = std::to_string(w);
    level.add({{"worker", index}}, static_cast<std::uint64_t>(worker.overload_level));
    for (std::size_t i = 0; i < kOverloadLevelCount; ++i)
      entries.add({{"worker", index}, {"level", overload_level_name(static_cast<OverloadLevel>(i))}},
                  worker.overload_entries[i]);
    stalls.add({{"worker", index}}, worker.stalls);
    stalled.add({{"worker", index}}, worker.stalled_cycles);
    heartbeat.add({{"worker", index}}, static_cast<double>(worker.heartbeat.nanoseconds) * 1e-9);
  }
}

}  // namespace

void add_worker_families(const MetricsSnapshot& snapshot, Families& families) {
  add_batches(snapshot, families);
  FamilyBuilder cycles(families, "netpulse_worker_cycles_total",
                       "Time-stamp counter cycles of the worker in polls that gave packets (busy) or none (idle). busy "
                       "by the sum of both is its load: near 1 it is about to lose packets.",
                       MetricType::Counter);
  for (std::size_t w = 0; w < snapshot.workers.size(); ++w) {
    cycles.add({{"worker", std::to_string(w)}, {"state", "busy"}}, snapshot.workers[w].busy_cycles);
    cycles.add({{"worker", std::to_string(w)}, {"state", "idle"}}, snapshot.workers[w].idle_cycles);
  }
  add_overload(snapshot, families);
}

}  // namespace netpulse
