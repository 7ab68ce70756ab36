#include "exporters/prometheus/prometheus_exporter.h"

#include <prometheus/collectable.h>
#include <prometheus/text_serializer.h>

#include <utility>

#include "exporters/prometheus/families.h"

namespace netpulse {
namespace {

/// The snapshot as Prometheus' own library sees it.
class SnapshotCollectable final : public prometheus::Collectable {
 public:
  SnapshotCollectable(const PrometheusLabels& labels, std::shared_ptr<const MetricsSnapshot> snapshot,
                      const std::function<HttpCounters()>& http_counters)
      : labels_(labels), snapshot_(std::move(snapshot)), http_counters_(http_counters) {}

  std::vector<prometheus::MetricFamily> Collect() const override {
    Families families;
    add_capture_families(*snapshot_, labels_, families);
    add_flow_families(*snapshot_, families);
    add_tcp_families(*snapshot_, families);
    add_throughput_families(*snapshot_, families);
    add_traffic_families(*snapshot_, families);
    add_process_families(families);
    if (http_counters_) add_http_family(http_counters_(), families);
    FamilyBuilder(families, "netpulse_build_info", "Always 1; the version is the label.", prometheus::MetricType::Gauge)
        .add({{"version", labels_.version}}, 1.0);
    return families;
  }

 private:
  const PrometheusLabels& labels_;
  const std::shared_ptr<const MetricsSnapshot> snapshot_;
  const std::function<HttpCounters()>& http_counters_;
};

}  // namespace

PrometheusExporter::PrometheusExporter(PrometheusLabels labels, const LatestSnapshot& latest,
                                       std::function<HttpCounters()> http_counters)
    : labels_(std::move(labels)), latest_(latest), http_counters_(std::move(http_counters)) {}

std::string PrometheusExporter::scrape() const {
  const SnapshotCollectable collectable(labels_, latest_.get(), http_counters_);
  return prometheus::TextSerializer().Serialize(collectable.Collect());
}

}  // namespace netpulse
