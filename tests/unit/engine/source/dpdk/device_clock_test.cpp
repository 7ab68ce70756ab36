#include "engine/source/dpdk/device_clock.h"

#include <gtest/gtest.h>

#include <cstdlib>

namespace netpulse {
namespace {

constexpr Timestamp kBegin{1'700'000'000'000'000'000};
constexpr std::int64_t kMillisecond = 1'000'000;

Timestamp after(std::int64_t nanoseconds) { return kBegin + Duration{nanoseconds}; }

TEST(DeviceClock, IsUsableOnceItsRateIsKnown) {
  DeviceClock clock;
  EXPECT_FALSE(clock.usable());
  clock.observe(500, kBegin);
  EXPECT_FALSE(clock.usable());
  clock.observe(500 + 250'000, after(kMillisecond));  // 250 MHz
  ASSERT_TRUE(clock.usable());
  EXPECT_EQ(clock.at(500 + 250'000), after(kMillisecond));
  EXPECT_EQ(clock.at(500 + 125'000), after(kMillisecond / 2));
  EXPECT_EQ(clock.at(500 + 250'000 + 250), after(kMillisecond + 1000));
}

TEST(DeviceClock, ErrorsOfOneReadingWearOff) {
  DeviceClock clock;
  clock.observe(0, kBegin);
  constexpr std::int64_t kLate = 2000;  // the second reading of the system's clock came 2 us late
  clock.observe(1'000'000, after(kMillisecond + kLate));
  for (std::uint64_t i = 2; i <= 1000; ++i)
    clock.observe(i * 1'000'000, after(static_cast<std::int64_t>(i) * kMillisecond));
  const Timestamp later = clock.at(1'100'000'000);  // 100 ms after the last reading
  EXPECT_LE(std::abs((later - after(1100 * kMillisecond)).nanoseconds), 10);
}

TEST(DeviceClock, BeginsAnewWithAClockThatDoes) {
  DeviceClock clock;
  clock.observe(1'000'000'000, kBegin);
  clock.observe(1'001'000'000, after(kMillisecond));
  clock.observe(1000, after(2 * kMillisecond));  // the card was reset: its rate is still the best guess
  ASSERT_TRUE(clock.usable());
  EXPECT_EQ(clock.at(2000), after(2 * kMillisecond + 1000));
  clock.observe(1000 + 1'000'000, after(3 * kMillisecond));
  EXPECT_EQ(clock.at(1000 + 1'000'000), after(3 * kMillisecond));
}

TEST(DeviceClock, IsNotUsableWhenItStands) {
  DeviceClock clock;
  clock.observe(7, kBegin);
  clock.observe(7, after(kMillisecond));
  EXPECT_FALSE(clock.usable());
}

TEST(RecordedClock, TellsTheTimesOfTheRecording) {
  RecordedClock clock;
  EXPECT_EQ(clock.at(1'700'000'000'000'001), Timestamp{1'700'000'000'000'001'000});
  EXPECT_EQ(clock.at(1'700'000'000'500'000), Timestamp{1'700'000'000'500'000'000});
  // Packets out of order stay so.
  EXPECT_EQ(clock.at(1'700'000'000'400'000), Timestamp{1'700'000'000'400'000'000});
}

TEST(RecordedClock, GoesOnWhereARecordingBeginsAnew) {
  RecordedClock clock;
  clock.at(1'700'000'000'000'000);
  const Timestamp end = clock.at(1'700'000'060'000'000);
  EXPECT_EQ(clock.at(1'700'000'000'000'000), end);
  EXPECT_EQ(clock.at(1'700'000'001'000'000), end + Duration::from_seconds(1));
}

}  // namespace
}  // namespace netpulse
