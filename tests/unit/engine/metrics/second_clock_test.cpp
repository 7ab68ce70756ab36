#include "engine/metrics/second_clock.h"

#include <gtest/gtest.h>

namespace netpulse {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000, kStart = 1'700'000'000;

/// The mark of a packet at kStart + seconds + nanoseconds.
SecondMark see(SecondClock& clock, std::int64_t seconds, std::int64_t nanoseconds = 0) {
  const Timestamp time{(kStart + seconds) * kSecond + nanoseconds};
  if (!clock.holds(time)) clock.move_to(time);
  return clock.mark();
}

TEST(SecondClock, SecondsAreWholeOnesOfPacketTime) {
  SecondClock clock;
  EXPECT_EQ(see(clock, 0, 999'999'999), (SecondMark{0, kStart, kStart}));
  EXPECT_EQ(see(clock, 1, 0), (SecondMark{0, kStart + 1, kStart + 1}));
  EXPECT_EQ(see(clock, 1, 999'999'999).second, kStart + 1);
  EXPECT_EQ(see(clock, 7200), (SecondMark{0, kStart + 7200, kStart + 7200}));
}

TEST(SecondClock, PacketsMayBeLateByLessThanItsOpenSeconds) {
  SecondClock clock;
  see(clock, 10);
  EXPECT_EQ(see(clock, 7), (SecondMark{0, kStart + 7, kStart + 10}));
  EXPECT_EQ(see(clock, 10), (SecondMark{0, kStart + 10, kStart + 10}));
  EXPECT_EQ(see(clock, 6), (SecondMark{1, kStart + 6, kStart + 6})) << "too late: time was set back";
  EXPECT_EQ(see(clock, 10), (SecondMark{1, kStart + 10, kStart + 10}));
}

TEST(SecondClock, TimesBefore1970AndUnknownOnes) {
  EXPECT_EQ(second_of({-1}), -1);
  EXPECT_EQ(second_of({-kSecond}), -1);
  EXPECT_EQ(second_of({-kSecond - 1}), -2);
  SecondClock clock;
  see(clock, 0);
  clock.move_to({0});
  EXPECT_EQ(clock.mark(), (SecondMark{0, SecondMark::kNoSecond, kStart}));
  EXPECT_TRUE(clock.holds({0}));
  EXPECT_FALSE(clock.holds({1}));
  EXPECT_EQ(see(clock, 0), (SecondMark{0, kStart, kStart}));
  for (const std::int64_t hostile : {std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max(),
                                     std::int64_t{-1}, std::int64_t{1}}) {
    clock.move_to({hostile});
    EXPECT_EQ(clock.mark().second, second_of({hostile}));
  }
}

TEST(SecondClock, TheWallClockMovesItOnASecondLate) {
  SecondClock clock;
  EXPECT_TRUE(clock.advance({(kStart + 1) * kSecond}));
  EXPECT_EQ(clock.mark(), (SecondMark{0, SecondMark::kNoSecond, kStart}));
  EXPECT_FALSE(clock.advance({(kStart + 1) * kSecond + kSecond - 1}));
  see(clock, 5);
  EXPECT_FALSE(clock.advance({(kStart + 6) * kSecond}));
  EXPECT_TRUE(clock.advance({(kStart + 7) * kSecond}));
  EXPECT_EQ(clock.mark(), (SecondMark{0, kStart + 5, kStart + 6}));
}

}  // namespace
}  // namespace netpulse
