#pragma once

#include "tools/netpulse/command_line.h"

namespace netpulse {

/// Exit statuses.
inline constexpr int kSuccess = 0, kFailure = 1, kWrongUsage = 2;

// Each does what its name says, and gives the exit status.
int run_command(const CommandLine& line);
int read_command(const CommandLine& line);
int interfaces_command(const CommandLine& line);
int check_command(const CommandLine& line);
int catalogue_command(const CommandLine& line);
int metrics_command(const CommandLine& line);

}  // namespace netpulse
