#include <csignal>
#include <exception>

#include "tools/netpulse/commands.h"
#include "tools/netpulse/terminal.h"

int main(int argument_count, char** arguments) {
  using namespace netpulse;
  std::signal(SIGPIPE, SIG_IGN);  // a closed pipe is a write error, reported by who writes
  try {
    const auto parsed = parse_command_line(argument_count, arguments);
    if (const int* status = std::get_if<int>(&parsed)) return *status;
    const auto& line = std::get<CommandLine>(parsed);
    switch (line.command) {
      case Command::kRun:
        return run_command(line);
      case Command::kRead:
        return read_command(line);
      case Command::kInterfaces:
        return interfaces_command(line);
      case Command::kCheck:
        return check_command(line);
      case Command::kCatalogueCheck:
      case Command::kCatalogueExplain:
      case Command::kCatalogueList:
        return catalogue_command(line);
      case Command::kMetricsList:
        return metrics_command(line);
    }
  } catch (const std::bad_alloc&) {
    complain("out of memory; lower flows_max and details_max in [flow_table], or stream_buffers in [analysis]");
  } catch (const std::exception& error) {
    complain(error.what());
  }
  return kFailure;
}
