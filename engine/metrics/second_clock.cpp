#include "engine/metrics/second_clock.h"

#include <algorithm>

namespace netpulse {
namespace {

constexpr std::int64_t kSecondNanoseconds = 1'000'000'000;
/// Packets of a second are still on their way from the kernel when the wall clock says that it is over.
constexpr Duration kDelivery = Duration::from_seconds(1);

}  // namespace

void SecondClock::move_to(Timestamp time) noexcept {
  if (!time.known()) {
    mark_.second = SecondMark::kNoSecond;
    begin_nanoseconds_ = 0;
    length_nanoseconds_ = 1;
    return;
  }
  mark_.second = second_of(time);
  // The very first second of all has no begin that a Timestamp can hold.
  begin_nanoseconds_ =
      std::max(mark_.second, std::numeric_limits<std::int64_t>::min() / kSecondNanoseconds) * kSecondNanoseconds;
  length_nanoseconds_ = kSecondNanoseconds;
  if (mark_.reached == SecondMark::kNoSecond) {
    mark_.reached = mark_.second;
  } else if (mark_.second <= mark_.reached - kSecondsOpen) {
    ++mark_.era;
    mark_.reached = mark_.second;
  }
  mark_.reached = std::max(mark_.reached, mark_.second);
}

bool SecondClock::advance(Timestamp now) noexcept {
  if (!now.known()) return false;
  const std::int64_t second = second_of(now - kDelivery);
  if (second <= mark_.reached) return false;  // kNoSecond is before all
  mark_.reached = second;
  return true;
}

}  // namespace netpulse
