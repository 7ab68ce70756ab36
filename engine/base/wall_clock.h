#pragma once

#include <chrono>

#include "engine/base/time.h"

namespace netpulse {

/// The time of day; it may jump, also back.
inline Timestamp wall_clock_now() noexcept {
  const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  return {std::chrono::duration_cast<std::chrono::nanoseconds>(since_epoch).count()};
}

}  // namespace netpulse
