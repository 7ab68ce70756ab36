#pragma once

#include <string>

#include "tools/netpulse/report_view.h"
#include "tools/netpulse/terminal.h"

namespace netpulse {

/// The report for people.
std::string text_report(const RunReport& report, const ReportContext& context, const TextStyle& style);

}  // namespace netpulse
