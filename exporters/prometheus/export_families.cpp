#include <algorithm>
#include <string>

#include "engine/metrics/export_ring.h"
#include "exporters/prometheus/families.h"

namespace netpulse {

void add_export_families(const MetricsSnapshot& snapshot, Families& families) {
  FamilyBuilder rings(families, "netpulse_export_ring_load_ratio",
                      "Share of the worker's queue to the exporters that holds finished flow records, 0 to 1. At 1 "
                      "records are dropped (netpulse_dropped_flow_records_total): an exporter is too slow.",
                      prometheus::MetricType::Gauge);
  for (std::size_t w = 0; w < snapshot.workers.size(); ++w)
    rings.add({{"worker", std::to_string(w)}},
              static_cast<double>(snapshot.workers[w].export_ring_records) / static_cast<double>(kExportRingFlows));
  const auto& names = snapshot.names->exporters;
  const std::size_t count = std::min(names.size(), snapshot.exporters.size());
  if (count == 0) return;
  FamilyBuilder records(families, "netpulse_export_records_total", "Flow records written by an exporter.",
                        prometheus::MetricType::Counter);
  for (std::size_t i = 0; i < count; ++i) records.add({{"exporter", names[i]}}, snapshot.exporters[i].records);
  FamilyBuilder dropped(families, "netpulse_export_dropped_records_total",
                        "Flow records that an exporter could not write.", prometheus::MetricType::Counter);
  for (std::size_t i = 0; i < count; ++i)
    dropped.add({{"exporter", names[i]}, {"reason", "write_failed"}}, snapshot.exporters[i].dropped_records);
}

}  // namespace netpulse
