#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "engine/base/spsc_ring.h"
#include "engine/metrics/export_ring.h"
#include "engine/metrics/second_clock.h"
#include "engine/metrics/worker_metrics.h"

namespace netpulse {

/// What throughput is told of: all packets, each way, the payload delivered, each protocol, each application.
struct RateKey {
  static constexpr std::uint16_t kTotal = 0, kDirections = 1, kGoodput = kDirections + kTrafficDirectionCount,
                                 kProtocols = kGoodput + 1, kApplications = kProtocols + kProtocolsMax,
                                 kCount = kApplications + kApplicationsMax;
  static constexpr std::uint16_t kReached = kCount;  ///< no key: the worker's mark, whose earlier seconds it has left
};

/// A worker's share of one key in one second of packet time, or of a part of it: shares add up, modulo 2^64.
struct WindowShare {
  std::int64_t second = 0;  ///< RateKey::kReached: SecondMark::reached
  TrafficAmount amount;     ///< of kGoodput: payload bytes alone
  std::uint32_t era = 0;
  std::uint16_t key = 0;
};
using WindowRing = SpscRing<WindowShare>;
inline constexpr std::size_t kWindowRingShares = 8192;

/// Measures what each second of packet time brings to one worker: as the difference of its counters, which costs
/// nothing more per packet than a note of which applications' move. One per worker; nothing allocates.
class WindowMeter {
 public:
  /// can_wait: wait for room in the ring instead of dropping. bell: rung while waiting; may be null if !can_wait.
  WindowMeter(WorkerMetrics& metrics, bool can_wait, Bell* bell)
      : metrics_(metrics), can_wait_(can_wait), bell_(bell), ring_(kWindowRingShares) {}

  WindowRing& ring() noexcept { return ring_; }

  /// What is counted from here on is of mark's second.
  void enter(const SecondMark& mark) noexcept {
    if (mark != mark_) move_to(mark);
    open_nanoseconds_ = mark.second == SecondMark::kNoSecond ? 0 : 1'000'000'000;
  }
  /// The batch is over: what flows that end now are found to be was in earlier seconds, as unknown.
  void leave() noexcept { open_nanoseconds_ = 0; }
  /// Hands over what is not yet.
  void finish() noexcept;

  /// Before anything is added to an application's counters.
  void touch(ApplicationId application) noexcept {
    if (stamps_[application] != serial_) [[unlikely]]
      begin(application);
  }
  /// Whether a moment lies in the second in hand.
  bool holds(Timestamp time) const noexcept {
    return static_cast<std::uint64_t>(time.nanoseconds) - begin_nanoseconds_ < open_nanoseconds_;
  }
  /// amount was added to these counters (after touch()), but was in other seconds.
  void leave_out(ApplicationId application, ProtocolId protocol, const TrafficAmount& amount) noexcept {
    applications_before_[application] += amount;
    protocols_before_[protocol] += amount;
  }

 private:
  void move_to(const SecondMark& mark) noexcept;
  void begin(ApplicationId application) noexcept;
  void hand_over() noexcept;
  void hand_over_applications(TrafficAmount in_flows) noexcept;
  void hand_over_protocols(TrafficAmount in_flows) noexcept;
  void hand(std::size_t key, const TrafficAmount& amount) noexcept;
  void push(std::uint16_t key, std::int64_t second, const TrafficAmount& amount) noexcept;

  WorkerMetrics& metrics_;
  const bool can_wait_;
  Bell* const bell_;
  WindowRing ring_;
  SecondMark mark_;
  std::uint64_t begin_nanoseconds_ = 0;                   // of mark_.second, modulo 2^64
  std::uint64_t open_nanoseconds_ = 0;                    // 0: between batches
  std::uint32_t serial_ = 1;                              // of the window in hand
  std::array<std::uint32_t, kApplicationsMax> stamps_{};  // the window in which each was touched last
  std::array<ApplicationId, kApplicationsMax> touched_;
  std::size_t touched_count_ = 0;
  // The counters as the window began; applications only where touched.
  std::array<TrafficAmount, kApplicationsMax> applications_before_{};
  std::array<TrafficAmount, kProtocolsMax> protocols_before_{};
  TrafficAmount received_before_;
  DirectedTraffic flows_before_;
  std::uint64_t goodput_before_ = 0;
};

}  // namespace netpulse
