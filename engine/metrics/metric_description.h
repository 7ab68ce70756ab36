#pragma once

#include <span>
#include <string_view>

namespace netpulse {

/// One labelled counter (or histogram) of an analyzer, exported under its family's name. All views are literals. Every
/// description of a family has the same labels in the same order.
struct MetricDescription {
  std::string_view family;  ///< e.g. netpulse_dns_responses_total
  std::string_view help;
  std::string_view label1 = {}, value1 = {};  ///< empty label: none
  std::string_view label2 = {}, value2 = {};
  /// A histogram's upper bounds, rising, fewer than kHistogramBuckets: of plain values, for observe_value(). Empty: of
  /// durations, with the bounds of LatencyHistogram.
  std::span<const double> bounds = {};
};

}  // namespace netpulse
