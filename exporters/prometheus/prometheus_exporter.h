#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "exporters/common/http_counters.h"
#include "exporters/common/latest_snapshot.h"

namespace netpulse {

/// Fixed for a run, so that the set of series never changes.
struct PrometheusLabels {
  std::string version;  ///< label of netpulse_build_info
  /// Label interface, by RawPacket::interface_index; a single one stands for all packets, whatever their index.
  std::vector<std::string> interfaces;
};

/// The run's metrics in Prometheus' text format 0.0.4. Names and meanings: the families in this folder.
/// Every label value is from a set that is fixed at start; names and addresses from the wire never become labels.
class PrometheusExporter {
 public:
  static constexpr std::string_view kContentType = "text/plain; version=0.0.4; charset=utf-8";

  /// latest must outlive the exporter. http_counters: asked at each scrape; may be empty.
  PrometheusExporter(PrometheusLabels labels, const LatestSnapshot& latest,
                     std::function<HttpCounters()> http_counters = {});

  /// Any thread.
  std::string scrape() const;

 private:
  PrometheusLabels labels_;
  const LatestSnapshot& latest_;
  std::function<HttpCounters()> http_counters_;
};

}  // namespace netpulse
