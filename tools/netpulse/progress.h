#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "engine/metrics/sinks.h"
#include "engine/source/packet_source.h"

namespace netpulse {

/// One line on standard error that is rewritten in place; nothing where that is no terminal.
class StatusLine {
 public:
  StatusLine();
  ~StatusLine() { clear(); }
  StatusLine(const StatusLine&) = delete;
  StatusLine& operator=(const StatusLine&) = delete;

  /// True if there is somebody to see it and the last line is old enough.
  bool due(std::chrono::milliseconds period);
  void show(const std::string& text);
  void clear();

 private:
  const bool terminal_;
  bool shown_ = false;
  std::chrono::steady_clock::time_point last_;
};

/// How far reading has come: share of the bytes, packets, packets/s, and the time it may still take.
std::string reading_progress(const SourceStats& stats, double elapsed_seconds);
/// The state of a live capture; before: the snapshot that rates are measured against.
std::string live_status(const MetricsSnapshot& before, const MetricsSnapshot& now);

}  // namespace netpulse
