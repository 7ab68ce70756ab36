#include "engine/analysis/expectation_table.h"

#include <gtest/gtest.h>

namespace netpulse {
namespace {

constexpr HashSeed kSeed = HashSeed::fixed(7);
constexpr Timestamp kNow{1'700'000'000'000'000'000};
constexpr Duration kInstant{1};
const IpAddress kHost = *IpAddress::parse("192.0.2.1"), kOther = *IpAddress::parse("2001:db8::1");

ExpectedFlow flow_at(const IpAddress& address, std::uint16_t port, std::uint8_t mark = 1) {
  return {address, port, 3, {mark}};
}

TEST(ExpectationTable, FindsWhatWasAnnouncedAndNothingElse) {
  ExpectationTable table(64, kSeed);
  EXPECT_TRUE(table.empty());
  EXPECT_EQ(table.find(kHost, 4000, kNow), nullptr);
  EXPECT_TRUE(table.add(flow_at(kHost, 4000, 9), kNow));
  EXPECT_FALSE(table.empty());
  const ExpectedFlow* found = table.find(kHost, 4000, kNow);
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found->protocol, 3);
  EXPECT_EQ(found->note[0], 9);
  EXPECT_EQ(table.find(kHost, 4001, kNow), nullptr);
  EXPECT_EQ(table.find(kOther, 4000, kNow), nullptr);
}

TEST(ExpectationTable, ALaterAnnouncementOfTheSamePlaceCounts) {
  ExpectationTable table(64, kSeed);
  table.add(flow_at(kHost, 4000, 1), kNow);
  EXPECT_TRUE(table.add(flow_at(kHost, 4000, 2), kNow + Duration::from_seconds(500)));
  const Timestamp later = kNow + Duration::from_seconds(1000);
  ASSERT_NE(table.find(kHost, 4000, later), nullptr);
  EXPECT_EQ(table.find(kHost, 4000, later)->note[0], 2);
}

TEST(ExpectationTable, WaitsNoLongerThanItsLifetime) {
  ExpectationTable table(64, kSeed);
  table.add(flow_at(kHost, 4000), kNow);
  EXPECT_NE(table.find(kHost, 4000, kNow + ExpectationTable::kLifetime), nullptr);
  EXPECT_EQ(table.find(kHost, 4000, kNow + ExpectationTable::kLifetime + kInstant), nullptr);
}

TEST(ExpectationTable, TheOldestGivesWayAndThatIsTold) {
  ExpectationTable table(8, kSeed);  // one set
  ASSERT_EQ(table.capacity(), 8U);
  for (std::uint16_t i = 0; i < 8; ++i)
    EXPECT_TRUE(table.add(flow_at(kHost, static_cast<std::uint16_t>(4000 + i)), kNow + Duration::from_seconds(8 - i)));
  EXPECT_FALSE(table.add(flow_at(kHost, 5000), kNow + Duration::from_seconds(9)));
  EXPECT_EQ(table.find(kHost, 4007, kNow), nullptr) << "announced first";
  for (std::uint16_t i = 0; i < 7; ++i)
    EXPECT_NE(table.find(kHost, static_cast<std::uint16_t>(4000 + i), kNow), nullptr);
  EXPECT_NE(table.find(kHost, 5000, kNow), nullptr);
  // What has expired makes room without a loss.
  EXPECT_TRUE(table.add(flow_at(kHost, 5001), kNow + Duration::from_seconds(605)));
}

TEST(ExpectationTable, AFloodOfAnnouncementsTakesNoMoreRoom) {
  ExpectationTable table(64, kSeed);
  std::size_t lost = 0, kept = 0;
  for (std::uint16_t port = 1; port < 10'000; ++port) {
    lost += table.add(flow_at(kHost, port), kNow) ? 0 : 1;
    ASSERT_NE(table.find(kHost, port, kNow), nullptr);
  }
  for (std::uint16_t port = 1; port < 10'000; ++port) kept += table.find(kHost, port, kNow) != nullptr ? 1 : 0;
  EXPECT_EQ(kept, table.capacity());
  EXPECT_EQ(kept + lost, 9'999U);
}

TEST(ExpectationTable, AFlowOfNobodyIsNotKept) {
  ExpectationTable table(64, kSeed);
  EXPECT_TRUE(table.add({kHost, 4000, 0, {}}, kNow));
  EXPECT_TRUE(table.empty());
}

}  // namespace
}  // namespace netpulse
