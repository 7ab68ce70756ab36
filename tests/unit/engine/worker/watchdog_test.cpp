#include "engine/worker/watchdog.h"

#include <gtest/gtest.h>

namespace netpulse {
namespace {

constexpr double kTicksPerSecond = 1000;

TEST(Watchdog, NamesAThreadThatStandsStillOnceAndTellsWhenItGoesOn) {
  Heartbeat good, bad;
  Watchdog dog;
  dog.watch("worker 0 on core 2", good);
  dog.watch("worker 1 on core 3", bad);
  EXPECT_TRUE(dog.look(100'000, kTicksPerSecond).empty()) << "threads that have not begun";
  good.beat(100'000);
  bad.beat(100'000);
  EXPECT_TRUE(dog.look(100'499, kTicksPerSecond).empty());
  good.beat(100'700);
  const auto news = dog.look(100'700, kTicksPerSecond);
  ASSERT_EQ(news.size(), 1U);
  EXPECT_EQ(news[0].find("worker 1 on core 3 has not come round for 700"), 0U) << news[0];
  good.beat(101'900);
  EXPECT_TRUE(dog.look(102'000, kTicksPerSecond).empty()) << "it was told";
  good.beat(102'100);
  bad.beat(102'100);
  const auto later = dog.look(102'100, kTicksPerSecond);
  ASSERT_EQ(later.size(), 1U);
  EXPECT_EQ(later[0].find("worker 1 on core 3 goes on after 2"), 0U) << later[0];
}

TEST(Watchdog, AThreadThatHasEndedIsNotMissed) {
  Heartbeat heartbeat;
  Watchdog dog;
  dog.watch("worker 0", heartbeat);
  heartbeat.beat(1);
  heartbeat.end();
  EXPECT_TRUE(dog.look(100'000, kTicksPerSecond).empty());
}

}  // namespace
}  // namespace netpulse
