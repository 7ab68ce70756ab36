#include <string>

#include "exporters/prometheus/families.h"

namespace netpulse {
namespace {

using prometheus::MetricType;

const std::string& at_or_last(const std::vector<std::string>& texts, std::size_t i) {
  static const std::string kNone;
  return texts.empty() ? kNone : texts[i < texts.size() ? i : texts.size() - 1];
}

void add_drops(const MetricsSnapshot& snapshot, const PrometheusLabels& labels, Families& families) {
  FamilyBuilder drops(families, "netpulse_dropped_packets_total",
                      "Packets that were not, or not wholly, processed. A source shared by all workers has no worker.",
                      MetricType::Counter);
  const bool source_per_worker = snapshot.sources.size() == snapshot.workers.size();
  for (std::size_t s = 0; s < snapshot.sources.size(); ++s) {
    const std::string& interface = at_or_last(labels.source_interfaces, s);
    const auto add = [&](const char* stage, const char* reason, std::uint64_t packets) {
      FamilyBuilder::Labels with{{"interface", interface}};
      if (source_per_worker) with.push_back({"worker", std::to_string(s)});
      with.push_back({"stage", stage});
      with.push_back({"reason", reason});
      drops.add(std::move(with), packets);
    };
    add("interface", "driver", snapshot.sources[s].dropped_interface_packets);
    add("kernel", "buffer_full", snapshot.sources[s].dropped_kernel_packets);
  }
  // The reader in front of the workers drops before a packet has a worker.
  drops.add({{"interface", at_or_last(labels.source_interfaces, 0)},
             {"stage", "queue"},
             {"reason", loss_reason_name(LossReason::kQueueFull)}},
            snapshot.total.losses[static_cast<std::size_t>(LossReason::kQueueFull)]);
  for (std::size_t w = 0; w < snapshot.workers.size(); ++w) {
    const WorkerMetrics& worker = snapshot.workers[w];
    const auto add = [&](const char* stage, const char* reason, std::uint64_t packets) {
      drops.add({{"interface", at_or_last(labels.worker_interfaces, w)},
                 {"worker", std::to_string(w)},
                 {"stage", stage},
                 {"reason", reason}},
                packets);
    };
    add("flow_table", loss_reason_name(LossReason::kFlowTableFull),
        worker.losses[static_cast<std::size_t>(LossReason::kFlowTableFull)]);
    for (std::size_t i = 1; i < worker.decode_status.size(); ++i)
      add("decode", decode_status_name(static_cast<DecodeStatus>(i)), worker.decode_status[i]);
  }
}

}  // namespace

void add_capture_families(const MetricsSnapshot& snapshot, const PrometheusLabels& labels, Families& families) {
  const auto per_worker = [&](std::string_view name, std::string_view help, auto value) {
    FamilyBuilder family(families, name, help, MetricType::Counter);
    for (std::size_t w = 0; w < snapshot.workers.size(); ++w)
      family.add({{"interface", at_or_last(labels.worker_interfaces, w)}, {"worker", std::to_string(w)}},
                 value(snapshot.workers[w]));
  };
  per_worker("netpulse_capture_packets_total", "Packets received by the workers.",
             [](const WorkerMetrics& w) { return w.received_packets; });
  per_worker("netpulse_capture_bytes_total", "Bytes of the received packets on the wire.",
             [](const WorkerMetrics& w) { return w.wire_bytes; });
  per_worker("netpulse_captured_bytes_total", "Bytes of the received packets that the snap length left.",
             [](const WorkerMetrics& w) { return w.captured_bytes; });
  per_worker("netpulse_worker_batches_total", "Batches of packets that the workers took.",
             [](const WorkerMetrics& w) { return w.batches; });
  const auto per_source = [&](std::string_view name, std::string_view help, std::uint64_t SourceCounters::*counter) {
    FamilyBuilder family(families, name, help, MetricType::Counter);
    for (std::size_t s = 0; s < snapshot.sources.size(); ++s)
      family.add({{"interface", at_or_last(labels.source_interfaces, s)}, {"source", std::to_string(s)}},
                 snapshot.sources[s].*counter);
  };
  per_source("netpulse_capture_filtered_packets_total", "Packets that the filter of the command line refused.",
             &SourceCounters::filtered_packets);
  per_source("netpulse_capture_interface_losses_total", "Times that the interface went down or away during capture.",
             &SourceCounters::interface_losses);
  add_drops(snapshot, labels, families);

  FamilyBuilder cycles(families, "netpulse_worker_cycles_total",
                       "Time-stamp counter cycles in polls that gave packets (busy) or none (idle).",
                       MetricType::Counter);
  for (std::size_t w = 0; w < snapshot.workers.size(); ++w) {
    cycles.add({{"worker", std::to_string(w)}, {"state", "busy"}}, snapshot.workers[w].busy_cycles);
    cycles.add({{"worker", std::to_string(w)}, {"state", "idle"}}, snapshot.workers[w].idle_cycles);
  }
  FamilyBuilder(families, "netpulse_last_packet_timestamp_seconds", "Time of the newest packet by its own clock.",
                MetricType::Gauge)
      .add({}, static_cast<double>(snapshot.total.last_packet_time.nanoseconds) * 1e-9);
}

}  // namespace netpulse
