#include "engine/worker/stop_rule.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>

namespace netpulse {
namespace {

using std::chrono::milliseconds;
constexpr std::chrono::steady_clock::time_point kTold{std::chrono::hours(1)};

TEST(StopRule, GoesOnUntilItIsTold) {
  std::atomic<bool> stop{false};
  StopRule rule(stop, {});
  EXPECT_FALSE(rule.over(0));
  stop = true;
  EXPECT_TRUE(rule.over(0));
}

TEST(StopRule, EndsAtOnceWhenNothingCanBeOnItsWay) {
  std::atomic<bool> stop{true};
  EXPECT_TRUE(StopRule(stop, {}).over(64));
  EXPECT_FALSE(StopRule(stop, Duration::from_seconds(1000)).over(0));
}

TEST(StopRule, WaitsForWhatHadArrived) {
  std::atomic<bool> stop{true};
  StopRule rule(stop, Duration::from_milliseconds(100));
  EXPECT_FALSE(rule.over_at(kTold, 0));
  EXPECT_FALSE(rule.over_at(kTold + milliseconds(99), 0));
  EXPECT_FALSE(rule.over_at(kTold + milliseconds(100), 64));  // there is more
  EXPECT_TRUE(rule.over_at(kTold + milliseconds(101), 0));
}

TEST(StopRule, DoesNotFollowABusyLinkForEver) {
  std::atomic<bool> stop{true};
  StopRule rule(stop, Duration::from_milliseconds(1));
  EXPECT_FALSE(rule.over_at(kTold, 64));
  EXPECT_FALSE(rule.over_at(kTold + milliseconds(999), 64));
  EXPECT_TRUE(rule.over_at(kTold + milliseconds(1000), 64));
}

}  // namespace
}  // namespace netpulse
