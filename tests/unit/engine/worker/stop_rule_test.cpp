#include "engine/worker/stop_rule.h"

#include <gtest/gtest.h>

#include <thread>

namespace netpulse {
namespace {

void pass(int milliseconds) { std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds)); }

TEST(StopRule, GoesOnUntilItIsTold) {
  std::atomic<bool> stop{false};
  StopRule rule(stop, Duration::from_milliseconds(1));
  EXPECT_FALSE(rule.over(0));
  pass(5);
  EXPECT_FALSE(rule.over(0));
}

TEST(StopRule, EndsAtOnceWhenNothingCanBeOnItsWay) {
  std::atomic<bool> stop{true};
  StopRule rule(stop, {});
  EXPECT_TRUE(rule.over(64));
}

TEST(StopRule, WaitsForWhatHadArrived) {
  std::atomic<bool> stop{true};
  StopRule rule(stop, Duration::from_milliseconds(100));
  EXPECT_FALSE(rule.over(0));
  pass(120);
  EXPECT_FALSE(rule.over(64));  // there is more
  EXPECT_TRUE(rule.over(0));
}

TEST(StopRule, DoesNotFollowABusyLinkForEver) {
  std::atomic<bool> stop{true};
  StopRule rule(stop, Duration::from_milliseconds(1));
  EXPECT_FALSE(rule.over(64));
  pass(1050);
  EXPECT_TRUE(rule.over(64));
}

}  // namespace
}  // namespace netpulse
