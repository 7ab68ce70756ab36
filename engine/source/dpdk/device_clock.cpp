#include "engine/source/dpdk/device_clock.h"

#include <algorithm>

namespace netpulse {

void DeviceClock::observe(std::uint64_t ticks, Timestamp system) noexcept {
  // A clock that was set back or began anew (a reset of the card): so does the measurement.
  if (!begun_ || ticks <= last_ticks_ || system.nanoseconds <= last_.nanoseconds) {
    const bool same = begun_ && ticks == last_ticks_;
    first_ticks_ = last_ticks_ = ticks;
    first_ = last_ = system;
    begun_ = true;
    if (same) nanoseconds_per_tick_ = 0;
    return;
  }
  last_ticks_ = ticks;
  last_ = system;
  nanoseconds_per_tick_ =
      static_cast<double>(last_.nanoseconds - first_.nanoseconds) / static_cast<double>(last_ticks_ - first_ticks_);
}

Timestamp DeviceClock::at(std::uint64_t ticks) const noexcept {
  const double since = static_cast<double>(static_cast<std::int64_t>(ticks - last_ticks_)) * nanoseconds_per_tick_;
  return {last_.nanoseconds + static_cast<std::int64_t>(since)};
}

Timestamp RecordedClock::at(std::uint64_t microseconds_since_epoch) noexcept {
  Timestamp time{static_cast<std::int64_t>(microseconds_since_epoch) * 1000 + shift_.nanoseconds};
  if (time.nanoseconds < latest_.nanoseconds - kStepBackMax.nanoseconds) {
    shift_.nanoseconds += latest_.nanoseconds - time.nanoseconds;
    time = latest_;
  }
  latest_ = std::max(latest_, time);
  return time;
}

}  // namespace netpulse
