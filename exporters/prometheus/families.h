#pragma once

#include <prometheus/metric_family.h>

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "engine/metrics/sinks.h"
#include "exporters/prometheus/prometheus_exporter.h"

namespace netpulse {

using Families = std::vector<prometheus::MetricFamily>;

/// One family under construction: appends it to families and adds series to it.
class FamilyBuilder {
 public:
  using Labels = std::vector<prometheus::ClientMetric::Label>;

  FamilyBuilder(Families& families, std::string_view name, std::string_view help, prometheus::MetricType type);

  /// Adds a counter or a gauge, as the family's type says.
  void add(Labels labels, double value);
  void add(Labels labels, std::uint64_t value) { add(std::move(labels), static_cast<double>(value)); }
  void add_histogram(Labels labels, const LatencyHistogram& histogram);

 private:
  prometheus::MetricFamily& family() noexcept { return families_[index_]; }

  Families& families_;
  const std::size_t index_;  // a reference would not outlive the next family
};

/// Capture, losses, workers.
void add_capture_families(const MetricsSnapshot& snapshot, const PrometheusLabels& labels, Families& families);
/// Flow tables, flow records, fragments, names.
void add_flow_families(const MetricsSnapshot& snapshot, Families& families);
/// How TCP goes: retransmissions, loss, round-trip times.
void add_tcp_families(const MetricsSnapshot& snapshot, Families& families);
/// Throughput and goodput, by direction.
void add_throughput_families(const MetricsSnapshot& snapshot, Families& families);
/// Layers, protocols, applications, what the analyzers count, exporters.
void add_traffic_families(const MetricsSnapshot& snapshot, Families& families);
/// This process, by the names that Prometheus' own clients use.
void add_process_families(Families& families);
/// Connections to the HTTP port.
void add_http_family(const HttpCounters& counters, Families& families);

}  // namespace netpulse
