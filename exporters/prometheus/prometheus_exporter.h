#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "exporters/common/latest_snapshot.h"

namespace netpulse {

/// Fixed for a run, so that the set of series never changes.
struct PrometheusLabels {
  std::string version;                         ///< label of netpulse_build_info
  std::vector<std::string> worker_interfaces;  ///< label interface, by worker
  std::vector<std::string> source_interfaces;  ///< label interface, by source
};

/// The run's metrics in Prometheus' text format 0.0.4. Names and meanings: the families in this folder.
/// Every label value is from a set that is fixed at start; names and addresses from the wire never become labels.
class PrometheusExporter {
 public:
  static constexpr std::string_view kContentType = "text/plain; version=0.0.4; charset=utf-8";

  /// latest must outlive the exporter.
  PrometheusExporter(PrometheusLabels labels, const LatestSnapshot& latest);

  /// Any thread.
  std::string scrape() const;

 private:
  PrometheusLabels labels_;
  const LatestSnapshot& latest_;
};

}  // namespace netpulse
