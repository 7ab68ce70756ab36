#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/config/config.h"
#include "engine/metrics/sinks.h"

namespace netpulse {

/// The configured exporters of flow records: one member per section [exporters.NAME], set where the section is present.
struct ExporterOptions {
  std::optional<std::string> jsonl_path;  ///< [exporters.jsonl] path
};
ExporterOptions read_exporter_options(Config& config);

/// All that could be configured, as RunNames::exporters calls them.
std::vector<std::string> exporter_names();

/// Opens them all, or says which one failed and why.
Result<std::vector<std::unique_ptr<FlowSink>>> make_flow_sinks(const ExporterOptions& options, const RunNames& names);

}  // namespace netpulse
