#include "exporters/prometheus/prometheus_exporter.h"

#include <chrono>
#include <utility>

#include "engine/base/text.h"
#include "exporters/prometheus/exposition.h"
#include "exporters/prometheus/families.h"

namespace netpulse {
namespace {

/// A file may be called anything, an interface nearly so; Prometheus drops a whole scrape for one byte that is no
/// UTF-8.
PrometheusLabels presentable(PrometheusLabels labels) {
  for (std::string& interface : labels.interfaces) interface = printable(interface);
  return labels;
}

}  // namespace

PrometheusExporter::PrometheusExporter(PrometheusLabels labels, const LatestSnapshot& latest,
                                       std::function<HttpCounters()> http_counters)
    : labels_(presentable(std::move(labels))), latest_(latest), http_counters_(std::move(http_counters)) {}

std::vector<prometheus::MetricFamily> PrometheusExporter::collect() const {
  const std::shared_ptr<const MetricsSnapshot> snapshot = latest_.get();
  Families families;
  families.reserve(200);
  add_capture_families(*snapshot, labels_, families);
  add_worker_families(*snapshot, families);
  add_flow_families(*snapshot, families);
  add_tcp_families(*snapshot, families);
  add_throughput_families(*snapshot, families);
  add_traffic_families(*snapshot, families);
  add_analyzer_families(*snapshot, families);
  add_export_families(*snapshot, families);
  add_scrape_families({scrapes_.load(), last_seconds_.load(), last_bytes_.load()}, families);
  if (http_counters_) add_http_family(http_counters_(), families);
  add_process_families(families);
  FamilyBuilder(families, "netpulse_build_info", "Always 1; the version is the label.", prometheus::MetricType::Gauge)
      .add({{"version", labels_.version}}, 1.0);
  return families;
}

std::string PrometheusExporter::scrape(ExpositionFormat format) const {
  const auto begin = std::chrono::steady_clock::now();
  std::string page = exposition(collect(), format);
  last_seconds_.store(std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
  last_bytes_.store(page.size());
  scrapes_.fetch_add(1);
  return page;
}

}  // namespace netpulse
