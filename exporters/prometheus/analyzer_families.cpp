#include <algorithm>
#include <string>

#include "exporters/prometheus/families.h"

namespace netpulse {
namespace {

using prometheus::MetricType;

FamilyBuilder::Labels labels_of(const MetricDescription& description) {
  FamilyBuilder::Labels labels;
  if (!description.label1.empty()) labels.push_back({std::string(description.label1), std::string(description.value1)});
  if (!description.label2.empty()) labels.push_back({std::string(description.label2), std::string(description.value2)});
  return labels;
}

/// Descriptions of one family need not be neighbours, but the text format wants a family's lines together.
template <class AddSeries>
void add_described(const std::vector<MetricDescription>& descriptions, std::size_t count, MetricType type,
                   Families& families, AddSeries add_series) {
  const auto begin = descriptions.begin();
  for (std::size_t first = 0; first < count; ++first) {
    const std::string_view name = descriptions[first].family;
    const auto same = [name](const MetricDescription& other) { return other.family == name; };
    const auto at = begin + static_cast<std::ptrdiff_t>(first);
    if (std::any_of(begin, at, same)) continue;
    FamilyBuilder family(families, name, descriptions[first].help, type);
    for (std::size_t i = first; i < count; ++i)
      if (same(descriptions[i])) add_series(family, i);
  }
}

}  // namespace

void add_analyzer_families(const MetricsSnapshot& snapshot, Families& families) {
  const RunNames& names = *snapshot.names;
  add_described(names.counters, std::min(names.counters.size(), kPluginCountersMax), MetricType::Counter, families,
                [&](FamilyBuilder& family, std::size_t i) {
                  family.add(labels_of(names.counters[i]), snapshot.total.plugin_counters[i]);
                });
  add_described(names.histograms, std::min(names.histograms.size(), kPluginHistogramsMax), MetricType::Histogram,
                families, [&](FamilyBuilder& family, std::size_t i) {
                  const MetricDescription& description = names.histograms[i];
                  const LatencyHistogram& histogram = snapshot.total.plugin_histograms[i];
                  if (description.bounds.empty())
                    family.add_histogram(labels_of(description), histogram);
                  else
                    family.add_histogram(labels_of(description),
                                         std::span(histogram.buckets).first(description.bounds.size() + 1),
                                         description.bounds, static_cast<double>(histogram.sum_nanoseconds) * 1e-9);
                });
}

}  // namespace netpulse
