#include <algorithm>
#include <limits>
#include <string>

#include "exporters/prometheus/families.h"

namespace netpulse {
namespace {

using prometheus::MetricType;

using Labels = FamilyBuilder::Labels;

/// Adds series(name, metrics) for each interface; with a single one the worker's own totals, so that all of its
/// numbers are of one moment.
template <class Series>
void for_each_interface(const WorkerMetrics& worker, const PrometheusLabels& labels, Series series) {
  const std::size_t count = std::min(labels.interfaces.size(), kInterfacesMax);
  for (std::size_t i = 0; count > 1 && i < count; ++i) series(labels.interfaces[i], worker.interfaces[i]);
  if (count != 1) return;
  series(
      labels.interfaces.front(),
      InterfaceMetrics{worker.received_packets, worker.wire_bytes, worker.captured_bytes,
                       worker.losses[static_cast<std::size_t>(LossReason::kFlowTableFull)],
                       worker.losses[static_cast<std::size_t>(LossReason::kOverloadUntracked)], worker.decode_status});
}

const std::string& name_of(const SourceCounters& source, const PrometheusLabels& labels) {
  static const std::string kNone;
  return source.interface < labels.interfaces.size() ? labels.interfaces[source.interface] : kNone;
}

void add_drops(const MetricsSnapshot& snapshot, const PrometheusLabels& labels, Families& families) {
  FamilyBuilder drops(families, "netpulse_dropped_packets_total",
                      "Packets that were not, or not wholly, processed, by stage and reason. At the stage decode they "
                      "are broken or of no known kind; at any other something is too slow or too small. What all "
                      "workers share (a source, a queue) has no worker.",
                      MetricType::Counter);
  const bool source_per_worker = snapshot.source_count() == snapshot.workers.size();
  for (const SourceCounters& source : snapshot.sources) {
    for (std::size_t i = 0; i < kSourceDropCount; ++i) {
      const auto drop = static_cast<SourceDrop>(i);
      Labels with{{"interface", name_of(source, labels)}};
      if (source_per_worker) with.push_back({"worker", std::to_string(source.source)});
      with.push_back({"stage", source_drop_stage(drop)});
      with.push_back({"reason", source_drop_reason(drop)});
      drops.add(std::move(with), source.stats.dropped_by(drop));
    }
  }
  // The reader in front of the workers drops before a packet has a worker, and of all interfaces alike.
  Labels queue;
  if (labels.interfaces.size() == 1) queue.push_back({"interface", labels.interfaces.front()});
  queue.push_back({"stage", "queue"});
  queue.push_back({"reason", loss_reason_name(LossReason::kQueueFull)});
  drops.add(std::move(queue), snapshot.total.losses[static_cast<std::size_t>(LossReason::kQueueFull)]);
  for (std::size_t w = 0; w < snapshot.workers.size(); ++w)
    for_each_interface(snapshot.workers[w], labels, [&](const std::string& interface, const InterfaceMetrics& metrics) {
      const auto add = [&](const char* stage, const char* reason, std::uint64_t packets) {
        drops.add({{"interface", interface}, {"worker", std::to_string(w)}, {"stage", stage}, {"reason", reason}},
                  packets);
      };
      add("flow_table", loss_reason_name(LossReason::kFlowTableFull), metrics.untracked_packets);
      add("overload", loss_reason_name(LossReason::kOverloadUntracked), metrics.shed_packets);
      for (std::size_t i = 1; i < metrics.refused_packets.size(); ++i)
        add("decode", decode_status_name(static_cast<DecodeStatus>(i)), metrics.refused_packets[i]);
    });
}

/// How packets are captured, and how full the sources are.
void add_sources(const MetricsSnapshot& snapshot, const PrometheusLabels& labels, Families& families) {
  FamilyBuilder info(families, "netpulse_capture_info",
                     "Always 1. How an interface is captured: the backend, and of AF_XDP whether frames are copied "
                     "(zero_copy, copy, generic: the slowest).",
                     MetricType::Gauge);
  for (std::size_t i = 0; i < labels.interfaces.size(); ++i)
    info.add({{"interface", labels.interfaces[i]},
              {"backend", labels.backend},
              {"mode", i < labels.modes.size() ? labels.modes[i] : ""}},
             1.0);
  FamilyBuilder backlog(families, "netpulse_source_backlog_ratio",
                        "How full what holds packets for the source was (the fullest, if it reads several rings), 0 to "
                        "1; at 1 packets are being lost. NaN where the source cannot tell, as of a file.",
                        MetricType::Gauge);
  for (const SourceCounters& source : snapshot.sources)
    backlog.add({{"interface", name_of(source, labels)}, {"source", std::to_string(source.source)}},
                source.backlog_ratio < 0 ? std::numeric_limits<double>::quiet_NaN() : source.backlog_ratio);
}

}  // namespace

void add_capture_families(const MetricsSnapshot& snapshot, const PrometheusLabels& labels, Families& families) {
  const auto received = [&](std::string_view name, std::string_view help, std::uint64_t InterfaceMetrics::*counter) {
    FamilyBuilder family(families, name, help, MetricType::Counter);
    for (std::size_t w = 0; w < snapshot.workers.size(); ++w)
      for_each_interface(snapshot.workers[w], labels,
                         [&](const std::string& interface, const InterfaceMetrics& metrics) {
                           family.add({{"interface", interface}, {"worker", std::to_string(w)}}, metrics.*counter);
                         });
  };
  received("netpulse_capture_packets_total",
           "Packets that the workers received: all that is analyzed, and all that the stages from decode on leave out.",
           &InterfaceMetrics::received_packets);
  received("netpulse_capture_bytes_total", "Bytes of the received packets on the wire.", &InterfaceMetrics::wire_bytes);
  received("netpulse_captured_bytes_total", "Bytes of the received packets that the snap length left.",
           &InterfaceMetrics::captured_bytes);
  const auto per_source = [&](std::string_view name, std::string_view help, std::uint64_t SourceStats::*counter) {
    FamilyBuilder family(families, name, help, MetricType::Counter);
    for (const SourceCounters& source : snapshot.sources)
      family.add({{"interface", name_of(source, labels)}, {"source", std::to_string(source.source)}},
                 source.stats.*counter);
  };
  per_source("netpulse_source_packets_total",
             "Packets that the sources gave out. With those dropped at the stages nic, interface and kernel, and those "
             "filtered, all that arrived; less those dropped at the stage queue, what the workers received.",
             &SourceStats::received_packets);
  per_source("netpulse_capture_filtered_packets_total",
             "Packets that the filter (-f) refused, where netpulse runs it itself.", &SourceStats::filtered_packets);
  per_source("netpulse_capture_interface_losses_total", "Times that the interface went down or away during capture.",
             &SourceStats::interface_losses);
  add_drops(snapshot, labels, families);
  add_sources(snapshot, labels, families);
  FamilyBuilder(
      families, "netpulse_last_packet_timestamp_seconds",
      "Unix time of the newest packet by its own clock: of a replay, when it was captured. 0: there was none.",
      MetricType::Gauge)
      .add({}, static_cast<double>(snapshot.total.last_packet_time.nanoseconds) * 1e-9);
}

}  // namespace netpulse
