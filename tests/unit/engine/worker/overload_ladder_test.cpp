#include "engine/worker/overload_ladder.h"

#include <gtest/gtest.h>

#include <string>

#include "engine/worker/overload_monitor.h"

namespace netpulse {
namespace {

constexpr Duration kTick = Duration::from_milliseconds(20);

class OverloadLadderTest : public ::testing::Test {
 protected:
  /// So many milliseconds under the same load.
  void live(int milliseconds, double pressure, double table = 0) {
    for (int i = 0; i < milliseconds; i += 20) ladder_.update({kTick, pressure, table});
  }
  OverloadLadder ladder_;
};

TEST_F(OverloadLadderTest, ClimbsARungAtATimeWhileThePressureStays) {
  live(180, 1);
  EXPECT_EQ(ladder_.level(), OverloadLevel::kNormal);
  live(20, 1);
  EXPECT_EQ(ladder_.level(), OverloadLevel::kSkipAnalysis);
  EXPECT_EQ(ladder_.measures(), (OverloadMeasures{true, false, false}));
  live(200, 0.95);
  EXPECT_EQ(ladder_.level(), OverloadLevel::kEmergencyTimeouts);
  EXPECT_EQ(ladder_.measures(), (OverloadMeasures{true, true, false}));
  live(200, 1);
  EXPECT_EQ(ladder_.level(), OverloadLevel::kCountOnly);
  EXPECT_EQ(ladder_.measures(), (OverloadMeasures{true, true, true}));
  live(10'000, 1);
  EXPECT_EQ(ladder_.level(), OverloadLevel::kCountOnly);
}

TEST_F(OverloadLadderTest, StaysBetweenTheRatiosAndComesDownBelow) {
  live(400, 1);
  ASSERT_EQ(ladder_.level(), OverloadLevel::kEmergencyTimeouts);
  live(10'000, 0.8);
  EXPECT_EQ(ladder_.level(), OverloadLevel::kEmergencyTimeouts);
  live(980, 0.69);
  EXPECT_EQ(ladder_.level(), OverloadLevel::kEmergencyTimeouts);
  live(20, 0.69);
  EXPECT_EQ(ladder_.level(), OverloadLevel::kSkipAnalysis);
  live(1000, 0);
  EXPECT_EQ(ladder_.level(), OverloadLevel::kNormal);
  EXPECT_EQ(ladder_.measures(), OverloadMeasures{});
}

TEST_F(OverloadLadderTest, AMomentOfPressureChangesNothing) {
  for (int i = 0; i < 100; ++i) {
    live(180, 1);
    live(20, 0.5);
  }
  EXPECT_EQ(ladder_.level(), OverloadLevel::kNormal);
}

TEST_F(OverloadLadderTest, AMomentOfEaseDoesNotComeDown) {
  live(200, 1);
  for (int i = 0; i < 100; ++i) {
    live(980, 0);
    live(20, 0.9);
  }
  EXPECT_EQ(ladder_.level(), OverloadLevel::kSkipAnalysis);
}

TEST_F(OverloadLadderTest, AFullTableTakesTheEmergencyTimeoutsAlone) {
  live(20, 0, 0.95);
  EXPECT_EQ(ladder_.level(), OverloadLevel::kEmergencyTimeouts);
  EXPECT_EQ(ladder_.measures(), (OverloadMeasures{false, true, false}));
  live(5000, 0, 0.7);
  EXPECT_EQ(ladder_.level(), OverloadLevel::kEmergencyTimeouts);
  live(20, 0, 0.69);
  EXPECT_EQ(ladder_.level(), OverloadLevel::kNormal);
}

TEST(OverloadMonitor, GoesByTheBacklogAndByLosses) {
  const auto second = static_cast<std::uint64_t>(cycles_per_second());
  const auto climbs = [&](double backlog_ratio, std::uint64_t busy_percent, std::uint64_t lost_each_time) {
    OverloadMonitor monitor(true);
    OverloadLevel level = OverloadLevel::kNormal;
    std::uint64_t lost = 0;
    for (int i = 0; i < 12; ++i) {
      monitor.note(second / 5000 * busy_percent, second / 5000 * (100 - busy_percent));  // 20 ms
      monitor.note(1000, 0);
      EXPECT_TRUE(monitor.due());
      level = monitor.update(backlog_ratio, lost += lost_each_time, 0).level();
      EXPECT_FALSE(monitor.due());
    }
    return level != OverloadLevel::kNormal;
  };
  EXPECT_FALSE(climbs(-1, 100, 0));  // nobody knows, and nothing is lost
  EXPECT_FALSE(climbs(0.5, 97, 0));  // it keeps up
  EXPECT_TRUE(climbs(0.99, 50, 0));
  EXPECT_TRUE(climbs(-1, 80, 1));
  EXPECT_FALSE(climbs(-1, 20, 1));  // somebody else's fault
}

TEST(OverloadMonitor, ATimeAwayFromTheCoreIsNoLoad) {
  OverloadMonitor monitor(true);
  monitor.note(static_cast<std::uint64_t>(cycles_per_second()), 0);
  EXPECT_EQ(monitor.update(1, 0, 0).level(), OverloadLevel::kNormal);
}

TEST(OverloadMonitor, NeverAsksWhereTheInputWaits) {
  OverloadMonitor monitor(false);
  monitor.note(static_cast<std::uint64_t>(cycles_per_second()), 0);
  EXPECT_FALSE(monitor.due());
}

TEST(OverloadLevel, HasANameEach) {
  EXPECT_EQ(std::string(overload_level_name(OverloadLevel::kNormal)), "normal");
  EXPECT_EQ(std::string(overload_level_name(OverloadLevel::kCountOnly)), "count_only");
}

}  // namespace
}  // namespace netpulse
