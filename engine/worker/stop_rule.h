#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>

#include "engine/base/time.h"

namespace netpulse {

/// When a thread that polls a source ends once it is told to: not before it has what had arrived by then.
class StopRule {
 public:
  /// stop must outlive this. delay_max: PacketSource::delay_max().
  StopRule(const std::atomic<bool>& stop, Duration delay_max) noexcept : stop_(stop), delay_max_(delay_max) {}

  /// After each poll, and once before the first (with no packets).
  bool over(std::size_t polled_packets) noexcept {
    if (!stop_.load(std::memory_order_relaxed)) return false;
    return delay_max_ <= Duration{} || over_at(std::chrono::steady_clock::now(), polled_packets);
  }
  /// The same once it was told, at a moment; the first call is the moment when it heard of it.
  bool over_at(std::chrono::steady_clock::time_point now, std::size_t polled_packets) noexcept {
    if (told_at_ == std::chrono::steady_clock::time_point{}) told_at_ = now;
    const auto since = std::chrono::duration_cast<std::chrono::nanoseconds>(now - told_at_).count();
    // A busy link never falls silent: what it brings after a while was not there when the end was asked for.
    return since >= delay_max_.nanoseconds && (polled_packets == 0 || since >= kBacklogNanosecondsMax);
  }

 private:
  static constexpr std::int64_t kBacklogNanosecondsMax = 1'000'000'000;

  const std::atomic<bool>& stop_;
  const Duration delay_max_;
  std::chrono::steady_clock::time_point told_at_{};  // the clock's epoch: not told yet
};

}  // namespace netpulse
