#pragma once

#include <algorithm>
#include <cstdint>

#include "engine/base/cycles.h"
#include "engine/worker/overload_ladder.h"

namespace netpulse {

/// Takes samples for a worker's OverloadLadder, some fifty times a second. Used by the worker's thread.
class OverloadMonitor {
 public:
  /// enabled: false where the input waits for the worker.
  explicit OverloadMonitor(bool enabled)
      : enabled_(enabled), period_(static_cast<std::uint64_t>(cycles_per_second() * kPeriodSeconds)) {}

  void note(std::uint64_t busy_cycles, std::uint64_t idle_cycles) noexcept {
    busy_ += busy_cycles;
    idle_ += idle_cycles;
  }
  bool due() const noexcept { return enabled_ && busy_ + idle_ >= period_; }

  /// backlog_ratio: how full the input is; negative: not known, and losses alone tell. A poll-mode worker that is
  /// always busy may well keep up. lost_packets: monotonic; what was lost because nobody took it in time. A worker that
  /// had time left did not lose it.
  const OverloadLadder& update(double backlog_ratio, std::uint64_t lost_packets, double flow_table_ratio) noexcept {
    const double busy_ratio = static_cast<double>(busy_) / static_cast<double>(busy_ + idle_);
    LoadSample sample;
    const double periods = static_cast<double>(busy_ + idle_) / static_cast<double>(period_);
    sample.elapsed = {static_cast<std::int64_t>(std::min(periods, kPeriodsMax) * kPeriodSeconds * 1e9)};
    sample.pressure = std::max(backlog_ratio, 0.0);
    if (lost_packets > lost_packets_ && busy_ratio >= OverloadLadder::kLeaveRatio) sample.pressure = 1;
    sample.flow_table_ratio = flow_table_ratio;
    lost_packets_ = lost_packets;
    busy_ = idle_ = 0;
    ladder_.update(sample);
    return ladder_;
  }

 private:
  static constexpr double kPeriodSeconds = 0.02;
  /// Who was away from the core for longer was not at work all that time.
  static constexpr double kPeriodsMax = 5;

  const bool enabled_;
  const std::uint64_t period_;
  OverloadLadder ladder_;
  std::uint64_t busy_ = 0, idle_ = 0, lost_packets_ = 0;
};

}  // namespace netpulse
