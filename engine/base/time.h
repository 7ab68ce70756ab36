#pragma once

#include <compare>
#include <cstdint>

namespace netpulse {

/// A span of time in nanoseconds; may be negative.
struct Duration {
  std::int64_t nanoseconds = 0;

  static constexpr Duration from_seconds(std::int64_t seconds) noexcept { return {seconds * 1'000'000'000}; }
  static constexpr Duration from_milliseconds(std::int64_t milliseconds) noexcept { return {milliseconds * 1'000'000}; }
  constexpr double seconds() const noexcept { return static_cast<double>(nanoseconds) * 1e-9; }

  friend constexpr auto operator<=>(Duration, Duration) noexcept = default;
  friend constexpr Duration operator+(Duration a, Duration b) noexcept { return {a.nanoseconds + b.nanoseconds}; }
  friend constexpr Duration operator-(Duration a, Duration b) noexcept { return {a.nanoseconds - b.nanoseconds}; }
};

/// A moment of packet time: nanoseconds since 1970-01-01T00:00:00Z, leap seconds not counted. Zero: not known.
struct Timestamp {
  std::int64_t nanoseconds = 0;

  constexpr bool known() const noexcept { return nanoseconds != 0; }

  friend constexpr auto operator<=>(Timestamp, Timestamp) noexcept = default;
  friend constexpr Timestamp operator+(Timestamp t, Duration d) noexcept { return {t.nanoseconds + d.nanoseconds}; }
  friend constexpr Timestamp operator-(Timestamp t, Duration d) noexcept { return {t.nanoseconds - d.nanoseconds}; }
  friend constexpr Duration operator-(Timestamp a, Timestamp b) noexcept { return {a.nanoseconds - b.nanoseconds}; }
};

}  // namespace netpulse
