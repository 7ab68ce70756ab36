#include <unistd.h>

#include <chrono>
#include <utility>

#include "engine/source/capture_file.h"
#include "plugins/registry.h"
#include "tools/netpulse/commands.h"
#include "tools/netpulse/progress.h"
#include "tools/netpulse/report_output.h"
#include "tools/netpulse/session.h"
#include "tools/netpulse/stop_signals.h"
#include "tools/netpulse/terminal.h"
#include "tools/netpulse/version.h"

namespace netpulse {
namespace {

constexpr std::chrono::milliseconds kProgressPeriod{250};

int fail(const Error& error, int status) {
  complain(error.message);
  return status;
}

}  // namespace

int read_command(const CommandLine& line) {
  if (line.flow_filter == "help") {
    std::vector<std::string> protocols{"unknown"};
    for (const AnalyzerEntry& entry : registered_analyzers()) protocols.emplace_back(entry.name);
    return write_all(STDOUT_FILENO, filter_help(protocols)) ? kSuccess : kFailure;
  }
  if (line.files.empty()) return fail({"read needs a capture file, or - for standard input"}, kWrongUsage);
  auto settings = read_settings(line);
  if (!settings.ok()) return fail(settings.error(), kWrongUsage);
  const bool flows_to_output = settings.value().exporters.jsonl_path == "-";
  if (flows_to_output && line.format == OutputFormat::kJson)
    return fail({"the JSON report and the flow records both want standard output; give --flows a file"}, kWrongUsage);
  auto source = open_capture_files({.paths = line.files, .filter = settings.value().capture.filter});
  if (!source.ok()) return fail(source.error(), kWrongUsage);
  std::vector<std::unique_ptr<PacketSource>> sources;
  sources.push_back(std::move(source).value());
  auto session = Session::open(settings.value(), std::move(sources), {}, false);
  if (!session.ok()) return fail(session.error(), line.flow_filter.empty() ? kFailure : kWrongUsage);

  for (const std::string& message : session.value()->places().take_messages()) complain(message);

  const auto begin = std::chrono::steady_clock::now();
  const auto elapsed = [&] { return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count(); };
  StatusLine status;
  const RunReport report = session.value()->run({}, [&] {
    if (status.due(kProgressPeriod))
      status.show("reading: " + reading_progress(session.value()->engine().source_stats(), elapsed()));
  });
  status.clear();
  ReportContext context{.version = kVersion,
                        .inputs = line.files,
                        .wall_seconds = elapsed(),
                        .worker_count = settings.value().engine.worker_count,
                        .exporter_errors = session.value()->exporter_errors(),
                        .place_files = session.value()->places().states(),
                        .selection = {},
                        .interrupted = StopSignals::received()};
  if (const SelectionSummary* selection = session.value()->selection()) context.selection = *selection;
  const int result = print_report(report, context, line.format, flows_to_output);
  if (!context.interrupted) return result;
  complain("interrupted: the report is of what was read so far");
  return kFailure;
}

}  // namespace netpulse
