#pragma once

#include "tools/netpulse/command_line.h"
#include "tools/netpulse/report_view.h"

namespace netpulse {

/// Prints the report, then (on standard error) what went wrong with inputs and exporters; gives the exit status.
/// The text goes to standard error where the flow records have standard output.
int print_report(const RunReport& report, const ReportContext& context, OutputFormat format,
                 bool standard_output_taken);

}  // namespace netpulse
