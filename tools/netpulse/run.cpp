#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "engine/base/text.h"
#include "engine/source/capture_file.h"
#include "engine/source/interface_list.h"
#include "engine/source/live_capture.h"
#include "engine/source/paced_source.h"
#include "exporters/prometheus/prometheus_exporter.h"
#include "exporters/web/flow_api.h"
#include "exporters/web/openapi.h"
#include "exporters/web/recent_flows.h"
#include "exporters/web/status_page.h"
#include "tools/netpulse/commands.h"
#include "tools/netpulse/progress.h"
#include "tools/netpulse/report_output.h"
#include "tools/netpulse/session.h"
#include "tools/netpulse/terminal.h"
#include "tools/netpulse/version.h"

namespace netpulse {
namespace {

constexpr std::chrono::milliseconds kStatusPeriod{2000};

/// What is captured, and what to call it.
struct RunInput {
  std::vector<std::unique_ptr<PacketSource>> sources;
  std::vector<std::string> interfaces;  ///< live ones
  std::vector<std::string> labels;      ///< Prometheus' interfaces
  std::string backend = "file";         ///< label of netpulse_capture_info
  std::vector<std::string> modes;       ///< another one, by interface
  std::string description;
  std::vector<std::string> notes;  ///< what to know of the capture
};

std::string joined(const std::vector<std::string>& names, const char* separator) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : separator) + name;
  return text;
}

Result<RunInput> open_replay(const CommandLine& line, const Settings& settings) {
  const CaptureFileOptions files{.paths = line.files, .filter = settings.capture.filter};
  auto source = open_paced_source([files] { return open_capture_files(files); },
                                  {.speed = line.pace, .loop = line.loop, .start_now = true});
  if (!source.ok()) return source.error();
  RunInput input;
  input.sources.push_back(std::move(source).value());
  const std::string& path = line.files.front();
  input.labels = {path.substr(path.rfind('/') + 1)};
  input.description = "replay of " + printable(path) + (line.loop ? ", again and again" : "");
  return input;
}

/// Home is where the captured interfaces are, unless the user has said what it is.
void add_own_networks(Settings& settings, const std::vector<std::string>& names) {
  if (settings.engine.home.listed()) return;
  const auto interfaces = list_interfaces();
  if (!interfaces) return;  // opening them will say why
  for (const InterfaceInfo& interface : interfaces.value()) {
    const bool captured = std::find(names.begin(), names.end(), interface.name) != names.end() ||
                          std::find(names.begin(), names.end(), "any") != names.end();
    if (!captured) continue;
    for (const std::string& network : interface.networks)
      if (const auto prefix = AddressPrefix::parse(network)) settings.engine.home.add(prefix.value());
  }
}

Result<RunInput> open_live(Settings& settings) {
  settings.capture.dpdk.worker_cores = settings.engine.cores;
  auto opened = open_live_capture(settings.capture, settings.engine.worker_count);
  if (!opened.ok()) return opened.error();
  LiveCapture capture = std::move(opened).value();
  add_own_networks(settings, capture.interfaces);
  RunInput input;
  input.sources = std::move(capture.sources);
  input.interfaces = std::move(capture.interfaces);
  input.labels = input.interfaces;
  input.backend = capture_backend_name(capture.backend);
  input.modes = std::move(capture.modes);
  input.description = "live capture on " + joined(input.interfaces, ", ");
  if (capture.backend != CaptureBackend::kPcap)
    input.description += " through " + std::string(capture_backend_name(capture.backend));
  input.notes = std::move(capture.notes);
  return input;
}

int fail(const Error& error, int status = kFailure) {
  complain(error.message);
  return status;
}

void announce(const HttpServer& server, const RunInput& input) {
  const std::string address = (server.tls() ? "https://" : "http://") + server.address().to_string();
  std::string text = "netpulse: " + input.description + "\n";
  for (const std::string& note : input.notes) text += "netpulse: " + note + "\n";
  for (const std::string& note : server.notes()) text += "netpulse: " + printable(note) + "\n";
  text += "netpulse: page " + address + "/   metrics " + address + "/metrics   Ctrl-C ends the run\n";
  write_all(STDERR_FILENO, text);
}

}  // namespace

int run_command(const CommandLine& line) {
  auto read = read_settings(line);
  if (!read.ok()) return fail(read.error(), kWrongUsage);
  Settings settings = std::move(read).value();
  const bool flows_to_output = settings.exporters.jsonl_path == "-";
  if (flows_to_output && line.format == OutputFormat::kJson)
    return fail({"the JSON report and [exporters.jsonl] both want standard output; give path a file"}, kWrongUsage);
  const bool live = line.files.empty();
  auto opened = live ? open_live(settings) : open_replay(line, settings);
  if (!opened.ok()) return fail(opened.error());
  RunInput input = std::move(opened).value();
  auto listening = HttpServer::listen(settings.http);
  if (!listening.ok()) return fail(listening.error());

  RecentFlows recent_flows(settings.http.recent_flows_max);  // outlives the engine, which writes to it
  auto session = Session::open(settings, std::move(input.sources), input.interfaces, true);
  if (!session.ok()) return fail(session.error());
  const LatestSnapshot& latest = session.value()->latest();
  session.value()->engine().add_flow_watcher(recent_flows);
  HttpServer& counted_server = *listening.value();
  const PrometheusExporter prometheus(
      {.version = kVersion, .interfaces = input.labels, .backend = input.backend, .modes = input.modes}, latest,
      [&counted_server] { return counted_server.counters(); });
  // Declared after what its handlers use, so that it stops first.
  const std::unique_ptr<HttpServer> server = std::move(listening).value();
  add_status_routes(*server, latest, {.version = kVersion, .input = input.description});
  add_flow_routes(*server, recent_flows, session.value()->engine().names());
  add_openapi_route(*server, kVersion);
  server->handle("GET", "/metrics", [&prometheus](const HttpRequest& request) {
    const ExpositionFormat format = choose_format(request.accept);
    return HttpResponse{200, std::string(content_type_of(format)), prometheus.scrape(format)};
  });
  server->start();
  announce(*server, input);

  session.value()->places().watch();
  const auto begin = std::chrono::steady_clock::now();
  StatusLine status;
  auto before = latest.get();
  const RunReport report = session.value()->run(line.duration_seconds, [&] {
    for (const std::string& message : session.value()->places().take_messages()) {
      status.clear();
      complain(message);
    }
    for (const std::string& message : server->take_messages()) {
      status.clear();
      complain(message);
    }
    for (const std::string& message : session.value()->engine().watch()) {
      status.clear();
      complain(message);
    }
    if (!status.due(kStatusPeriod)) return;
    auto now = latest.get();
    status.show(live_status(*before, *now));
    before = std::move(now);
  });
  status.clear();
  const ReportContext context{
      .version = kVersion,
      .inputs = live ? input.labels : line.files,
      .live = live,
      .wall_seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count(),
      .worker_count = settings.engine.worker_count,
      .exporter_errors = session.value()->exporter_errors(),
      .place_files = session.value()->places().states()};
  return print_report(report, context, line.format, flows_to_output);
}

}  // namespace netpulse
