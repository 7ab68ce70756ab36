#pragma once

#include <rte_pause.h>
#include <time.h>

#include <algorithm>
#include <cstdint>

namespace netpulse {

/// How a thread waits for packets: it looks again and again at first, and sleeps longer the longer nothing has come,
/// but never so long that a ring could run over in the meantime. Used by one thread.
class IdleWait {
 public:
  /// descriptors: of the smallest ring. busy: never sleeps.
  IdleWait(std::uint32_t descriptors, double cycles_per_second, bool busy) noexcept
      : sleep_max_nanoseconds_(
            std::clamp<std::int64_t>(descriptors * kSmallestFrameNanoseconds / 2, kSleepMin, kSleepMax)),
        spin_cycles_(busy ? UINT64_MAX : static_cast<std::uint64_t>(kSpinSeconds * cycles_per_second)),
        cycles_per_nanosecond_(cycles_per_second * 1e-9) {}

  /// Packets came.
  void end() noexcept { since_ = 0; }
  /// Waits a little, at most a millisecond. now: cycles_now().
  void wait(std::uint64_t now) noexcept {
    if (since_ == 0) since_ = now;
    const std::uint64_t quiet = now - since_;
    if (quiet < spin_cycles_) {
      for (int i = 0; i < kPausesPerLook; ++i) rte_pause();
      return;
    }
    const double part = static_cast<double>(quiet) / cycles_per_nanosecond_ / kQuietPerSleep;
    const timespec time{0, static_cast<long>(std::clamp(part, static_cast<double>(kSleepMin),
                                                        static_cast<double>(sleep_max_nanoseconds_)))};
    ::nanosleep(&time, nullptr);
  }

 private:
  static constexpr std::int64_t kSmallestFrameNanoseconds = 67;  // 64 bytes and what lies between them, at 10 Gbit/s
  static constexpr std::int64_t kSleepMin = 5'000, kSleepMax = 1'000'000;
  static constexpr double kSpinSeconds = 50e-6;
  static constexpr double kQuietPerSleep = 8;
  static constexpr int kPausesPerLook = 8;

  std::int64_t sleep_max_nanoseconds_;
  std::uint64_t spin_cycles_;
  double cycles_per_nanosecond_;
  std::uint64_t since_ = 0;
};

}  // namespace netpulse
