#pragma once

#include <prometheus/metric_family.h>

#include <initializer_list>
#include <span>
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
  /// Of durations.
  void add_histogram(Labels labels, const LatencyHistogram& histogram);
  /// counts: of each bucket, not cumulative; the last bucket is unbounded, and the others end at bounds.
  void add_histogram(Labels labels, std::span<const std::uint64_t> counts, std::span<const double> bounds, double sum);

 private:
  prometheus::MetricFamily& family() noexcept { return families_[index_]; }

  Families& families_;
  const std::size_t index_;  // a reference would not outlive the next family
};

/// Capture, losses.
void add_capture_families(const MetricsSnapshot& snapshot, const PrometheusLabels& labels, Families& families);
/// What the workers do with their time.
void add_worker_families(const MetricsSnapshot& snapshot, Families& families);
/// Flow tables, flow records, fragments, names.
void add_flow_families(const MetricsSnapshot& snapshot, Families& families);
/// How TCP goes: retransmissions, loss, round-trip times.
void add_tcp_families(const MetricsSnapshot& snapshot, Families& families);
/// Throughput and goodput, by direction.
void add_throughput_families(const MetricsSnapshot& snapshot, Families& families);
/// Layers, protocols, applications, places.
void add_traffic_families(const MetricsSnapshot& snapshot, Families& families);
/// What the analyzers count.
void add_analyzer_families(const MetricsSnapshot& snapshot, Families& families);
/// What became of the flow records given to exporters.
void add_export_families(const MetricsSnapshot& snapshot, Families& families);
/// This process, by the names that Prometheus' own clients use.
void add_process_families(Families& families);
/// Connections to the HTTP port.
void add_http_family(const HttpCounters& counters, Families& families);
/// The scrapes themselves, but for the one being answered.
void add_scrape_families(const ScrapeFigures& scrapes, Families& families);

}  // namespace netpulse
