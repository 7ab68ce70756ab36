#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <string>
#include <utility>

#include "configs/catalogue/bundled.h"
#include "configs/places/bundled.h"
#include "engine/base/human.h"
#include "engine/source/live_capture.h"
#include "engine/worker/run_names.h"
#include "exporters/prometheus/metric_list.h"
#include "exporters/prometheus/prometheus_exporter.h"
#include "plugins/registry.h"
#include "tools/netpulse/commands.h"
#include "tools/netpulse/json_text.h"
#include "tools/netpulse/settings.h"
#include "tools/netpulse/table.h"

namespace netpulse {
namespace {

/// More values than this are told by their number.
constexpr std::size_t kValuesShownMax = 40;
constexpr std::size_t kLineColumns = 100;

/// What a scrape of a run with everything switched on would show before its first packet.
std::vector<MetricListEntry> metrics_of(const RunNames& names, std::size_t workers, PrometheusLabels labels) {
  RunNames of_run = names;
  of_run.interfaces = labels.interfaces;
  const LatestSnapshot latest(make_zero_snapshot(of_run, workers, workers));
  return list_metrics(PrometheusExporter(std::move(labels), latest, [] { return HttpCounters{}; }).collect());
}

/// All families with all values of their labels, and what they cost.
struct MetricPage {
  std::vector<MetricListEntry> metrics;
  std::size_t series = 0;                                ///< with one worker and one interface
  std::size_t per_worker = 0, per_worker_interface = 0;  ///< series that one more brings
};

MetricPage make_page(const RunNames& names) {
  MetricPage page;
  page.metrics = metrics_of(names, 1, {.interfaces = {"eth0"}});
  for (const CaptureBackend backend : {CaptureBackend::kPcap, CaptureBackend::kAfXdp, CaptureBackend::kDpdk}) {
    std::vector<std::string> modes{""};
    if (backend == CaptureBackend::kAfXdp) modes.assign(kAfXdpModes.begin(), kAfXdpModes.end());
    for (const std::string& mode : modes)
      add_values(
          page.metrics,
          metrics_of(names, 1, {.interfaces = {"eth0"}, .backend = capture_backend_name(backend), .modes = {mode}}));
  }
  page.series = series_count(page.metrics);
  page.per_worker = series_count(metrics_of(names, 2, {.interfaces = {"eth0"}})) - page.series;
  // Of one interface the queue's drops carry its name, of several none.
  page.per_worker_interface = series_count(metrics_of(names, 1, {.interfaces = {"eth0", "eth1"}})) - page.series;
  return page;
}

Result<RunNames> read_names(const Settings& settings) {
  const auto catalogue = load_catalogue(settings.catalogue_files);
  if (!catalogue.ok()) return catalogue.error();
  const auto plan = AnalysisPlan::build(registered_analyzers(), catalogue.value());
  if (!plan.ok()) return plan.error();
  RunNames names = names_of(plan.value());
  add_regions(names, bundled_countries());
  names.exporters = exporter_names();
  return names;
}

std::string joined(const std::vector<std::string>& values, std::string_view quote) {
  std::string text;
  for (const std::string& value : values) {
    if (!text.empty()) text += ", ";
    text += value.empty() ? std::string("\"\"") : std::string(quote) + value + std::string(quote);
  }
  return text;
}

/// What the values of a label are, in words.
std::string values_text(const MetricLabel& label, std::string_view quote) {
  if (!label.of_the_run.empty()) return std::string(label.of_the_run);
  if (label.values.size() <= kValuesShownMax) return joined(label.values, quote);
  return std::to_string(label.values.size()) + " values: " + std::string(quote) + "netpulse metrics list --values " +
         label.name + std::string(quote);
}

std::string facts_of(const MetricListEntry& metric) {
  std::string facts(metric.type);
  if (!metric.unit.empty()) facts += ", " + std::string(metric.unit);
  return facts + ", " + std::to_string(metric.series) + " series";
}

std::string bounds_text(const std::vector<double>& bounds) {
  std::string text;
  for (const double bound : bounds) {
    char number[32];
    std::snprintf(number, sizeof number, "%.10g", bound);
    text += (text.empty() ? "" : ", ") + std::string(number);
  }
  return text + ", +Inf";
}

std::string cost_text(const MetricPage& page) {
  return grouped(page.metrics.size()) + " families, " + grouped(page.series) +
         " series with one worker and one interface, an exporter and the GeoIP families included. A further worker "
         "adds " +
         grouped(page.per_worker) + " series, a further interface " + grouped(page.per_worker_interface) +
         " for each worker. Traffic adds none.";
}

std::string text_page(const MetricPage& page) {
  const TextStyle style = text_style(STDOUT_FILENO);
  std::string text;
  const auto add = [&](std::string_view paragraph, std::string_view indent) {
    for (; !paragraph.empty(); paragraph.remove_prefix(std::min(paragraph.find_first_not_of(' '), paragraph.size()))) {
      std::size_t end = paragraph.size();
      if (end + indent.size() > kLineColumns) end = paragraph.rfind(' ', kLineColumns - indent.size());
      if (end == std::string_view::npos) end = std::min(paragraph.find(' '), paragraph.size());
      text += std::string(indent) + std::string(paragraph.substr(0, end)) + "\n";
      paragraph.remove_prefix(end);
    }
  };
  for (const MetricListEntry& metric : page.metrics) {
    text += inked(metric.name, Ink::kBold, style) + "  " + inked(facts_of(metric), Ink::kDim, style) + "\n";
    add(metric.help, "  ");
    for (const MetricLabel& label : metric.labels) add(label.name + ": " + values_text(label, ""), "    ");
    if (!metric.bounds.empty()) add("le: " + bounds_text(metric.bounds), "    ");
    text += "\n";
  }
  add(cost_text(page), "");
  return text;
}

/// Markdown would read these as its own.
std::string markdown_text(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '*' || c == '_' || c == '<' || c == '|' || c == '`' || c == '[' || c == '\\') escaped += '\\';
    escaped += c;
  }
  return escaped;
}

std::string markdown_page(const MetricPage& page) {
  std::string text =
      "# Metrics\n\nWhat `/metrics` offers, as `netpulse metrics list --format markdown` prints it: this page is made "
      "by "
      "it, and a test\ncompares the two. Counters only rise while the program runs. All series are there from the "
      "start, "
      "with the value 0.\nLabels have closed sets of values; no name and no address from the wire is ever among "
      "them.\n\n";
  text += cost_text(page) + "\n\nBuckets of all histograms of seconds end at 0.00001 s and its doubles up to 168 s.\n";
  for (const MetricListEntry& metric : page.metrics) {
    text += "\n### " + metric.name + "\n\n" + facts_of(metric) + ". " + markdown_text(metric.help) + "\n";
    if (!metric.labels.empty()) text += "\n";
    for (const MetricLabel& label : metric.labels) text += "- `" + label.name + "`: " + values_text(label, "`") + "\n";
    if (!metric.bounds.empty() && metric.unit != "seconds")
      text += std::string(metric.labels.empty() ? "\n" : "") + "- `le`: " + bounds_text(metric.bounds) + "\n";
  }
  return text;
}

void write_label(JsonText& json, const MetricLabel& label) {
  json.object([&] {
    json.field("name", label.name);
    json.flag("closed", label.of_the_run.empty());
    if (label.of_the_run.empty())
      json.texts("values", label.values);
    else
      json.field("values_of_the_run", label.of_the_run);
  });
}

std::string json_page(const MetricPage& page) {
  JsonText json;
  json.object([&] {
    json.field("families", std::uint64_t{page.metrics.size()});
    json.field("series", std::uint64_t{page.series});
    json.field("series_per_further_worker", std::uint64_t{page.per_worker});
    json.field("series_per_further_interface_and_worker", std::uint64_t{page.per_worker_interface});
    json.array("metrics", page.metrics, [&](const MetricListEntry& metric) {
      json.object([&] {
        json.field("name", metric.name);
        json.field("type", metric.type);
        json.field("unit", metric.unit);
        json.field("help", metric.help);
        json.field("series", std::uint64_t{metric.series});
        json.array("labels", metric.labels, [&](const MetricLabel& label) { write_label(json, label); });
        json.array("bounds", metric.bounds, [&](double bound) { json.number(bound); });
      });
    });
  });
  return json.result();
}

/// The values of a label, in all families that have it, each once.
Result<std::string> values_page(const MetricPage& page, const CommandLine& line) {
  std::vector<std::string> values;
  std::vector<std::string_view> labels;
  for (const MetricListEntry& metric : page.metrics)
    for (const MetricLabel& label : metric.labels) {
      labels.push_back(label.name);
      if (label.name != line.label || !label.of_the_run.empty()) continue;
      for (const std::string& value : label.values)
        if (std::find(values.begin(), values.end(), value) == values.end()) values.push_back(value);
    }
  if (values.empty()) {
    const bool known = std::find(labels.begin(), labels.end(), line.label) != labels.end();
    const std::string_view meant = nearest(line.label, labels.data(), labels.size());
    return Error{"the label " + printable(line.label) +
                 (known           ? " has other values in each run; netpulse metrics list tells which"
                  : meant.empty() ? " is in no family; netpulse metrics list shows them"
                                  : " is in no family; did you mean " + std::string(meant) + "?")};
  }
  if (line.format == OutputFormat::kJson) {
    JsonText json;
    json.object([&] { json.texts("values", values); });
    return json.result();
  }
  std::string text;
  for (const std::string& value : values)
    text += (line.format == OutputFormat::kMarkdown ? "- " : "") + printable(value) + "\n";
  return text;
}

}  // namespace

int metrics_command(const CommandLine& line) {
  const auto settings = read_settings(line);
  if (!settings.ok()) {
    complain(settings.error().message);
    return kWrongUsage;
  }
  const auto names = read_names(settings.value());
  if (!names.ok()) {
    complain(names.error().message);
    return kWrongUsage;
  }
  const MetricPage page = make_page(names.value());
  if (!line.label.empty()) {
    const auto values = values_page(page, line);
    if (values.ok()) return write_all(STDOUT_FILENO, values.value()) ? kSuccess : kFailure;
    complain(values.error().message);
    return kWrongUsage;
  }
  const std::string text = line.format == OutputFormat::kJson       ? json_page(page)
                           : line.format == OutputFormat::kMarkdown ? markdown_page(page)
                                                                    : text_page(page);
  return write_all(STDOUT_FILENO, text) ? kSuccess : kFailure;
}

}  // namespace netpulse
