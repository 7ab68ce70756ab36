#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "engine/metrics/window_meter.h"

namespace netpulse {

/// The windows of one key: whole seconds of packet time, aligned.
struct RateFigures {
  TrafficAmount current;           ///< in ThroughputFigures::current_second
  std::uint64_t peak_bytes = 0;    ///< of the window with the most bytes; of kGoodput: payload bytes
  std::int64_t peak_second = 0;    ///< that window, the first of several; meaningful if peak_bytes is not 0
  std::uint64_t peak_packets = 0;  ///< of the window with the most packets
};

/// Throughput at one moment, by RateKey.
struct ThroughputFigures {
  bool has_current = false;         ///< a whole second has passed
  std::int64_t current_second = 0;  ///< the last one that is over
  std::vector<RateFigures> keys;    ///< RateKey::kCount of them, or none before the first window

  /// Zeros where nothing is known.
  RateFigures of(std::size_t key) const noexcept { return key < keys.size() ? keys[key] : RateFigures{}; }
};

/// Adds up what the workers measured in each second, and keeps the peaks. A second is settled when every worker has
/// reached one that is SecondClock::kSecondsOpen later; sums do not depend on the order in which shares come. Bounded:
/// when workers are further apart than kWindowsMax seconds with traffic, the oldest is settled early, and what comes
/// for it after that is counted as late.
class Throughput {
 public:
  static constexpr std::size_t kWindowsMax = 256;

  explicit Throughput(std::size_t worker_count);

  /// Takes all that is in the rings, one per worker. True if there was anything.
  bool drain(const std::vector<WindowRing*>& rings);
  /// The workers have handed over their last: settles everything.
  void finish();
  ThroughputFigures figures() const;
  /// Shares of seconds that were settled already.
  std::uint64_t late_shares() const noexcept { return late_shares_; }

 private:
  struct Second {
    std::uint32_t era;
    std::int64_t second;
    friend constexpr auto operator<=>(const Second&, const Second&) noexcept = default;
  };
  struct Window {
    Second at{};
    bool in_use = false;
    std::vector<std::uint16_t> touched;  // keys that got a share
    std::array<bool, RateKey::kCount> is_touched{};
    std::array<TrafficAmount, RateKey::kCount> amounts{};
  };

  void take(const WindowShare& share);
  /// Shares of one worker up to its next mark.
  void take_until_mark(WindowRing& ring, std::size_t worker);
  /// The window of a second; null if that was settled already.
  Window* window(const Second& at);
  Window* find(const Second& at) const;
  Window* oldest() const;
  void settle(Window& window);
  /// Settles what all workers have passed.
  void settle_passed();
  Second slowest() const;

  static constexpr Second kNever{0, SecondMark::kNoSecond};

  std::vector<Second> reached_;  // by worker; kNever: it has not told yet
  std::vector<std::unique_ptr<Window>> windows_;
  Window* latest_used_ = nullptr;
  Second first_ = kNever;    // of the newest era
  Second settled_ = kNever;  // the latest that was
  std::vector<RateFigures> peaks_;
  ThroughputFigures last_;  // after finish()
  bool finished_ = false;
  std::uint64_t late_shares_ = 0;
};

}  // namespace netpulse
