#include "exporters/prometheus/metric_list.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include "exporters/prometheus/exposition.h"

namespace netpulse {
namespace {

using prometheus::MetricFamily;
using prometheus::MetricType;

/// Labels whose values follow from the run: from the configuration, the machine, the files in use.
struct RunLabel {
  std::string_view label, family, values;  // family: empty for all
};
constexpr std::array<RunLabel, 5> kRunLabels{
    RunLabel{"interface", "", "the captured interfaces, or the replayed file"},
    RunLabel{"worker", "", "0 to [workers] count - 1"},
    RunLabel{"source", "", "0, or 0 to [workers] count - 1 where each worker has a source of its own"},
    RunLabel{"exporter", "", "the configured exporters"},
    RunLabel{"version", "netpulse_build_info", "the program's version"}};

std::string_view values_of_the_run(std::string_view label, std::string_view family) noexcept {
  for (const RunLabel& one : kRunLabels)
    if (one.label == label && (one.family.empty() || one.family == family)) return one.values;
  return {};
}

std::string_view type_name(MetricType type) noexcept {
  return type == MetricType::Counter ? "counter" : type == MetricType::Gauge ? "gauge" : "histogram";
}

/// The family's labels, in the order in which series name them first.
std::vector<MetricLabel> labels_of(const MetricFamily& family) {
  std::vector<MetricLabel> labels;
  std::vector<std::set<std::string_view>> known;
  for (const prometheus::ClientMetric& metric : family.metric)
    for (const prometheus::ClientMetric::Label& label : metric.label) {
      auto at = std::find_if(labels.begin(), labels.end(), [&](const MetricLabel& l) { return l.name == label.name; });
      if (at == labels.end()) {
        at = labels.insert(at, {label.name, {}, values_of_the_run(label.name, family.name)});
        known.emplace_back();
      }
      if (known[static_cast<std::size_t>(at - labels.begin())].insert(label.value).second)
        at->values.push_back(label.value);
    }
  return labels;
}

}  // namespace

std::vector<MetricListEntry> list_metrics(const std::vector<MetricFamily>& families) {
  std::vector<MetricListEntry> list;
  for (const MetricFamily& family : families) {
    MetricListEntry entry{.name = family.name,
                          .help = family.help,
                          .type = type_name(family.type),
                          .unit = unit_of(family.name),
                          .labels = labels_of(family),
                          .bounds = {},
                          .series = family.metric.size()};
    if (family.type == MetricType::Histogram && !family.metric.empty()) {
      const auto& buckets = family.metric.front().histogram.bucket;
      for (const auto& bucket : buckets)
        if (std::isfinite(bucket.upper_bound)) entry.bounds.push_back(bucket.upper_bound);
      entry.series *= buckets.size() + 2;
    }
    list.push_back(std::move(entry));
  }
  return list;
}

void add_values(std::vector<MetricListEntry>& list, const std::vector<MetricListEntry>& other) {
  for (std::size_t i = 0; i < std::min(list.size(), other.size()); ++i)
    for (std::size_t k = 0; k < std::min(list[i].labels.size(), other[i].labels.size()); ++k) {
      std::vector<std::string>& values = list[i].labels[k].values;
      for (const std::string& value : other[i].labels[k].values)
        if (std::find(values.begin(), values.end(), value) == values.end()) values.push_back(value);
    }
}

std::size_t series_count(const std::vector<MetricListEntry>& list) noexcept {
  std::size_t count = 0;
  for (const MetricListEntry& entry : list) count += entry.series;
  return count;
}

}  // namespace netpulse
