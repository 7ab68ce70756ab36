#pragma once

#include <prometheus/metric_family.h>

#include <string>
#include <string_view>
#include <vector>

namespace netpulse {

/// A label of a family and the values it has.
struct MetricLabel {
  std::string name;
  std::vector<std::string> values;  ///< in the order of the series, each once
  /// What the values are where they follow from the run and not from the program: "the captured interfaces". Empty: the
  /// values above are all there are.
  std::string_view of_the_run;
};

/// One family of metrics, as its series show it.
struct MetricListEntry {
  std::string name, help;
  std::string_view type;  ///< counter, gauge, histogram
  std::string_view unit;  ///< unit_of(); empty: none
  std::vector<MetricLabel> labels;
  std::vector<double> bounds;  ///< of a histogram's buckets, but for +Inf
  std::size_t series = 0;      ///< of a histogram: with its buckets, count and sum
};

/// What the families of a scrape are, in their order.
std::vector<MetricListEntry> list_metrics(const std::vector<prometheus::MetricFamily>& families);

/// Adds the values that other has and list has not; both are of the same families.
void add_values(std::vector<MetricListEntry>& list, const std::vector<MetricListEntry>& other);

/// Of all families.
std::size_t series_count(const std::vector<MetricListEntry>& list) noexcept;

}  // namespace netpulse
