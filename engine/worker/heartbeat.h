#pragma once

#include <atomic>
#include <cstdint>

namespace netpulse {

/// When a thread last came round, on cycles_now()'s clock. One writer, any readers.
class Heartbeat {
 public:
  void beat(std::uint64_t cycles) noexcept { last_.store(cycles, std::memory_order_relaxed); }
  /// The thread has ended, and is not expected to come round again.
  void end() noexcept { last_.store(kEnded, std::memory_order_relaxed); }
  /// Ticks since it came round; 0 before the first time and after the end.
  std::uint64_t age(std::uint64_t now) const noexcept {
    const std::uint64_t last = last_.load(std::memory_order_relaxed);
    return last == 0 || last == kEnded || last > now ? 0 : now - last;
  }

 private:
  static constexpr std::uint64_t kEnded = ~std::uint64_t{0};
  std::atomic<std::uint64_t> last_{0};
};

}  // namespace netpulse
