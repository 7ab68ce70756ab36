#include "exporters/registry.h"

#include <utility>

#include "exporters/jsonl/jsonl_sink.h"

namespace netpulse {

ExporterOptions read_exporter_options(Config& config) {
  ExporterOptions options;
  if (config.has_section("exporters.jsonl")) {
    options.jsonl_path = config.text("exporters.jsonl", "path", "");
    if (options.jsonl_path->empty())
      config.complain("exporters.jsonl", "path", "name the file for the flow records, or - for standard output");
  }
  return options;
}

std::vector<std::string> exporter_names() { return {"jsonl"}; }

Result<std::vector<std::unique_ptr<FlowSink>>> make_flow_sinks(const ExporterOptions& options, const RunNames& names) {
  std::vector<std::unique_ptr<FlowSink>> sinks;
  if (options.jsonl_path) {
    auto sink = JsonlSink::open(*options.jsonl_path, names);
    if (!sink.ok()) return sink.error();
    sinks.push_back(std::move(sink).value());
  }
  return sinks;
}

}  // namespace netpulse
