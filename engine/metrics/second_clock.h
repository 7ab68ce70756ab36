#pragma once

#include <compare>
#include <cstdint>
#include <limits>

#include "engine/base/time.h"

namespace netpulse {

/// A whole second of packet time, and how far packet time has come.
struct SecondMark {
  /// Packets without a time belong to no second.
  static constexpr std::int64_t kNoSecond = std::numeric_limits<std::int64_t>::min();

  std::uint32_t era = 0;             ///< how often packet time jumped back
  std::int64_t second = kNoSecond;   ///< since 1970-01-01T00:00:00Z
  std::int64_t reached = kNoSecond;  ///< the latest second of this era so far

  friend constexpr auto operator<=>(const SecondMark&, const SecondMark&) noexcept = default;
};

/// Tells the second of each packet, in the order in which one source gave them, so that it does not depend on who
/// analyzes them. Packets may be late by less than kSecondsOpen; time that goes back further (the next file was
/// recorded earlier, a clock was set) begins a new era, in which seconds may come again.
class SecondClock {
 public:
  static constexpr std::int64_t kSecondsOpen = 4;

  /// Whether a packet of this time belongs to mark().second.
  bool holds(Timestamp time) const noexcept {
    return static_cast<std::uint64_t>(time.nanoseconds) - static_cast<std::uint64_t>(begin_nanoseconds_) <
           length_nanoseconds_;
  }
  /// A packet of another second comes: mark() is its own from here on.
  void move_to(Timestamp time) noexcept;
  /// The wall clock of a live source: its packets' time will have come as far. True if that was news.
  bool advance(Timestamp now) noexcept;
  const SecondMark& mark() const noexcept { return mark_; }

 private:
  SecondMark mark_;
  std::int64_t begin_nanoseconds_ = 0;    // of mark_.second
  std::uint64_t length_nanoseconds_ = 0;  // 0: nothing came yet
};

/// Rounded down, before 1970 too.
constexpr std::int64_t second_of(Timestamp time) noexcept {
  constexpr std::int64_t kSecond = 1'000'000'000;
  return time.nanoseconds / kSecond - (time.nanoseconds % kSecond < 0 ? 1 : 0);
}

}  // namespace netpulse
