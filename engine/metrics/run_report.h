#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/base/text_list.h"
#include "engine/metrics/report_table.h"
#include "engine/metrics/sinks.h"

namespace netpulse {

/// A name list of the report ("tls_server_name"): unique, sorted by bytes, raw as on the wire.
struct NameList {
  std::string name;
  TextList values;
};

/// What a run found, at its end.
struct RunReport {
  MetricsSnapshot metrics;          ///< metrics.names is set
  std::vector<NameList> names;      ///< empty unless EngineOptions::collect_names
  std::vector<ReportTable> tables;  ///< what analyzers list; empty unless EngineOptions asks for it
  std::vector<TopEntry> top_hosts;  ///< by bytes, largest first; at most EngineOptions::top_entries each
  std::vector<TopEntry> top_pairs;  ///< "10.0.0.1 - 10.0.0.2"
  std::vector<TopEntry> top_server_names;
  std::vector<TopEntry> top_networks;      ///< autonomous systems: "AS64500 Example"
  std::vector<std::string> source_errors;  ///< file, byte offset, reason; empty when everything was read
};

}  // namespace netpulse
