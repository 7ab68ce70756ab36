#pragma once

#include <string>

#include "tools/netpulse/report_view.h"

namespace netpulse {

/// The report as one JSON object, with a line feed at its end. Text from the wire is printable() and escaped.
/// What this version does not measure is left out instead of being 0.
std::string json_report(const RunReport& report, const ReportContext& context);

}  // namespace netpulse
