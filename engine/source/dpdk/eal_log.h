#pragma once

#include <string>

namespace netpulse {

/// DPDK's log, kept instead of printed: what it complained of last, for messages of our own.
namespace eal_log {

/// From now on nothing of it reaches the program's output. Call before EAL starts.
void capture();
/// The last warnings and errors since the last call, joined with "; "; empty if there were none.
std::string take_complaints();

}  // namespace eal_log

/// While it lives, standard output and error go to memory: EAL and its drivers print, and so does getopt().
class OutputHold {
 public:
  OutputHold();
  ~OutputHold();
  OutputHold(const OutputHold&) = delete;
  OutputHold& operator=(const OutputHold&) = delete;

  /// Ends it; what was printed first (at most 1 KiB). A second call gives nothing.
  std::string release();

 private:
  int memory_ = -1, output_ = -1, error_ = -1;
};

}  // namespace netpulse
