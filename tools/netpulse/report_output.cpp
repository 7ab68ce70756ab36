#include "tools/netpulse/report_output.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "tools/netpulse/commands.h"
#include "tools/netpulse/json_report.h"
#include "tools/netpulse/text_report.h"

namespace netpulse {

int print_report(const RunReport& report, const ReportContext& context, OutputFormat format,
                 bool standard_output_taken) {
  int status = kSuccess;
  const int descriptor = standard_output_taken ? STDERR_FILENO : STDOUT_FILENO;
  const std::string text = format == OutputFormat::kJson ? json_report(report, context)
                                                         : text_report(report, context, text_style(descriptor));
  if (!write_all(descriptor, text)) {
    complain(std::string("the report could not be written: ") + std::strerror(errno));
    status = kFailure;
  }
  for (const auto* errors : {&report.source_errors, &context.exporter_errors})
    for (const std::string& error : *errors) {
      complain(error);
      status = kFailure;
    }
  return status;
}

}  // namespace netpulse
