#pragma once

#include "engine/base/time.h"
#include "engine/metrics/overload_level.h"

namespace netpulse {

/// How a worker fared since the last time.
struct LoadSample {
  Duration elapsed;
  double pressure = 0;          ///< how full its input is, 0 to 1; 1 when packets were lost that it had no time for
  double flow_table_ratio = 0;  ///< flows in its table of those that it can hold
};

/// What to leave undone.
struct OverloadMeasures {
  bool skip_analysis = false, emergency_timeouts = false, count_only = false;

  friend bool operator==(const OverloadMeasures&, const OverloadMeasures&) = default;
};

/// Decides how much a worker leaves undone, so that what it does it does for every packet. A rung is climbed when the
/// pressure has been at kEnterRatio for kClimbAfter, and left when it has been below kLeaveRatio for kDescendAfter. A
/// full flow table takes the emergency timeouts at once, and no other rung.
class OverloadLadder {
 public:
  static constexpr double kEnterRatio = 0.95, kLeaveRatio = 0.70;
  static constexpr Duration kClimbAfter = Duration::from_milliseconds(200);
  static constexpr Duration kDescendAfter = Duration::from_milliseconds(1000);

  void update(const LoadSample& sample) noexcept;

  OverloadLevel level() const noexcept;
  OverloadMeasures measures() const noexcept;

 private:
  int rung_ = 0;                 // by pressure; an OverloadLevel
  bool table_is_full_ = false;   // and has not had room since
  Duration strained_, relaxed_;  // for so long without a break
};

}  // namespace netpulse
