#pragma once

#include <prometheus/metric_family.h>

#include <string>
#include <string_view>
#include <vector>

#include "exporters/prometheus/exposition_format.h"

namespace netpulse {

/// The unit that a family's name ends with (before _total), "" if it names none: "bytes", "seconds", "ratio", ...
std::string_view unit_of(std::string_view family) noexcept;

/// The families as a page. Counters, gauges and histograms; names of counters end in _total, those of the others do
/// not. Whatever is in labels and help is escaped; labels must be UTF-8.
///
/// prometheus-cpp's own serializer knows text alone, takes five times as long, and spells bounds with 17 digits
/// (le="8.000000000000001e-05"). Bounds are spelled alike in both formats, so that a series does not become another one
/// when somebody else scrapes.
/// Source: https://prometheus.io/docs/instrumenting/exposition_formats/ (text 0.0.4);
/// https://github.com/prometheus/OpenMetrics/blob/main/specification/OpenMetrics.md (1.0.0).
std::string exposition(const std::vector<prometheus::MetricFamily>& families, ExpositionFormat format);

}  // namespace netpulse
