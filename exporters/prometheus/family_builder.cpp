#include <array>
#include <limits>
#include <utility>

#include "exporters/prometheus/families.h"

namespace netpulse {

FamilyBuilder::FamilyBuilder(Families& families, std::string_view name, std::string_view help,
                             prometheus::MetricType type)
    : families_(families), index_(families.size()) {
  families_.emplace_back();
  family().name = name;
  family().help = help;
  family().type = type;
}

void FamilyBuilder::add(Labels labels, double value) {
  prometheus::ClientMetric& metric = family().metric.emplace_back();
  metric.label = std::move(labels);
  if (family().type == prometheus::MetricType::Counter)
    metric.counter.value = value;
  else
    metric.gauge.value = value;
}

void FamilyBuilder::add_histogram(Labels labels, const LatencyHistogram& histogram) {
  static const auto kBounds = [] {
    std::array<double, kHistogramBuckets - 1> bounds{};
    for (std::size_t i = 0; i < bounds.size(); ++i) bounds[i] = LatencyHistogram::upper_bound_seconds(i);
    return bounds;
  }();
  add_histogram(std::move(labels), histogram.buckets, kBounds, static_cast<double>(histogram.sum_nanoseconds) * 1e-9);
}

void FamilyBuilder::add_histogram(Labels labels, std::span<const std::uint64_t> counts, std::span<const double> bounds,
                                  double sum) {
  prometheus::ClientMetric& metric = family().metric.emplace_back();
  metric.label = std::move(labels);
  metric.histogram.bucket.reserve(bounds.size() + 1);
  std::uint64_t cumulative = 0;
  for (std::size_t i = 0; i <= bounds.size(); ++i) {
    cumulative += counts[i];
    metric.histogram.bucket.push_back(
        {cumulative, i < bounds.size() ? bounds[i] : std::numeric_limits<double>::infinity()});
  }
  // A histogram's count is its last bucket by definition, and count and buckets come from one copy.
  metric.histogram.sample_count = cumulative;
  metric.histogram.sample_sum = sum;
}

}  // namespace netpulse
