#pragma once

#include <string_view>

namespace netpulse {

/// One labelled counter (or histogram) of an analyzer, exported under its family's name. All views are literals.
struct MetricDescription {
  std::string_view family;  ///< e.g. netpulse_dns_responses_total
  std::string_view help;
  std::string_view label1 = {}, value1 = {};  ///< empty label: none
  std::string_view label2 = {}, value2 = {};
};

}  // namespace netpulse
