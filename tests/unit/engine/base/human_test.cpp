#include "engine/base/human.h"

#include <gtest/gtest.h>

namespace netpulse {
namespace {

TEST(Human, ShowsThreeSignificantDigitsWithSiPrefixes) {
  EXPECT_EQ(human_bytes(0), "0 B");
  EXPECT_EQ(human_bytes(999), "999 B");
  EXPECT_EQ(human_bytes(1000), "1.00 kB");
  EXPECT_EQ(human_bytes(12'345), "12.3 kB");
  EXPECT_EQ(human_bytes(999'700), "1.00 MB");
  EXPECT_EQ(human_bit_rate(4.56e9), "4.56 Gbit/s");
  EXPECT_EQ(human_count(1'234'567), "1.23 M");
  EXPECT_EQ(human_count(42), "42");
  EXPECT_EQ(human_bytes(1.8e19), "18.0 EB");
}

TEST(Human, ShowsDurationsInTheUnitPeopleUse) {
  EXPECT_EQ(human_duration({12'000}), "12 us");
  EXPECT_EQ(human_duration(Duration::from_milliseconds(250)), "250 ms");
  EXPECT_EQ(human_duration({4'560'000'000}), "4.56 s");
  EXPECT_EQ(human_duration({59'990'000'000}), "1 min 00 s");
  EXPECT_EQ(human_duration(Duration::from_seconds(7500)), "2 h 05 min");
  EXPECT_EQ(human_duration(Duration::from_seconds(270'000)), "3 d 03 h");
}

TEST(Human, NeverRoundsALittleToNothingOrNearlyAllToAll) {
  EXPECT_EQ(human_share(0, 10), "0 %");
  EXPECT_EQ(human_share(1, 1e6), "< 0.1 %");
  EXPECT_EQ(human_share(999'999, 1e6), "> 99.9 %");
  EXPECT_EQ(human_share(10, 10), "100 %");
  EXPECT_EQ(human_share(1, 3), "33.3 %");
  EXPECT_EQ(human_share(5, 0), "0 %");
}

TEST(Human, GroupsDigitsByThree) {
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(1000), "1,000");
  EXPECT_EQ(grouped(18'446'744'073'709'551'615U), "18,446,744,073,709,551,615");
}

}  // namespace
}  // namespace netpulse
