#pragma once

#include <cstdint>

#include "engine/base/time.h"

namespace netpulse {

/// The wall clock from the ticks of a port's own clock, whose rate and beginning are unknown: both are measured against
/// the system's clock now and then. Used by one thread.
class DeviceClock {
 public:
  /// One moment as both clocks tell it. The first two (some milliseconds apart at least) make it usable; later ones
  /// correct the rate over all the time that has passed, and follow the system's clock.
  void observe(std::uint64_t ticks, Timestamp system) noexcept;
  bool usable() const noexcept { return nanoseconds_per_tick_ > 0; }
  /// ticks: also from before the latest observation.
  Timestamp at(std::uint64_t ticks) const noexcept;

 private:
  std::uint64_t first_ticks_ = 0, last_ticks_ = 0;
  Timestamp first_, last_;
  double nanoseconds_per_tick_ = 0;
  bool begun_ = false;
};

/// Times that were recorded long ago (net_pcap hands out those of its file), as a clock that never goes back far: where
/// the file begins anew, time goes on from where it was.
class RecordedClock {
 public:
  static constexpr Duration kStepBackMax{1'000'000'000};

  Timestamp at(std::uint64_t microseconds_since_epoch) noexcept;

 private:
  Duration shift_;
  Timestamp latest_;
};

}  // namespace netpulse
