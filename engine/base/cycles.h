#pragma once

#include <chrono>
#include <cstdint>

#if defined(__x86_64__)
#include <x86intrin.h>
#endif

namespace netpulse {

/// A fast clock of constant but unknown rate: the time-stamp counter, else nanoseconds of the steady clock.
inline std::uint64_t cycles_now() noexcept {
#if defined(__x86_64__)
  return __rdtsc();
#else
  return static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
#endif
}

/// Its rate, measured once against the steady clock (takes some milliseconds the first time).
double cycles_per_second();

}  // namespace netpulse
