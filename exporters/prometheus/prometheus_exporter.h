#pragma once

#include <prometheus/metric_family.h>

#include <atomic>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "exporters/common/http_counters.h"
#include "exporters/common/latest_snapshot.h"
#include "exporters/prometheus/exposition_format.h"

namespace netpulse {

/// Fixed for a run, so that the set of series never changes.
struct PrometheusLabels {
  std::string version;  ///< label of netpulse_build_info
  /// Label interface, by RawPacket::interface_index; a single one stands for all packets, whatever their index.
  std::vector<std::string> interfaces;
  std::string backend = "file";    ///< label of netpulse_capture_info: "file", or capture_backend_name()
  std::vector<std::string> modes;  ///< another one, by interface: LiveCapture::modes
};

/// How scraping itself went.
struct ScrapeFigures {
  std::uint64_t scrapes = 0;     ///< answered so far
  double last_seconds = 0;       ///< that the last one took, compression not included
  std::uint64_t last_bytes = 0;  ///< of its page, uncompressed
};

/// The run's metrics in Prometheus' formats. Names and meanings: METRICS.md, made from the families in this folder.
/// Every label value is from a set that is fixed at start; names and addresses from the wire never become labels.
class PrometheusExporter {
 public:
  /// latest must outlive the exporter. http_counters: asked at each scrape; may be empty.
  PrometheusExporter(PrometheusLabels labels, const LatestSnapshot& latest,
                     std::function<HttpCounters()> http_counters = {});

  /// Content type: content_type_of(format). Any thread.
  std::string scrape(ExpositionFormat format = ExpositionFormat::kText) const;
  /// All that a scrape shows now. Any thread.
  std::vector<prometheus::MetricFamily> collect() const;

 private:
  PrometheusLabels labels_;
  const LatestSnapshot& latest_;
  std::function<HttpCounters()> http_counters_;
  mutable std::atomic<std::uint64_t> scrapes_{0}, last_bytes_{0};
  mutable std::atomic<double> last_seconds_{0};
};

}  // namespace netpulse
