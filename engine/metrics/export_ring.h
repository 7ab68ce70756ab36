#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <semaphore>

#include "engine/base/spsc_ring.h"
#include "engine/flow/flow_record.h"

namespace netpulse {

/// Finished flows on their way from a worker to the collector.
using ExportRing = SpscRing<FinishedFlow>;
inline constexpr std::size_t kExportRingFlows = 4096;

/// Wakes a sleeping thread; ringing it again before it woke does nothing.
class Bell {
 public:
  void ring() noexcept {
    if (!rung_.exchange(true, std::memory_order_acq_rel)) semaphore_.release();
  }
  void wait_for(std::chrono::milliseconds at_most) noexcept {
    static_cast<void>(semaphore_.try_acquire_for(at_most));
    rung_.store(false, std::memory_order_release);
  }

 private:
  std::counting_semaphore<> semaphore_{0};
  std::atomic<bool> rung_{false};
};

}  // namespace netpulse
