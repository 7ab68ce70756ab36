#include "engine/packet/fragment_table.h"

#include <gtest/gtest.h>

namespace netpulse {
namespace {

FragmentKey key_of(std::uint32_t identification) {
  FragmentKey key;
  key.identification = identification;
  key.ip_version = 4;
  key.protocol = 17;
  return key;
}
FlowKey flow_of(std::uint16_t port) {
  FlowKey flow;
  flow.lo_port = port;
  flow.ip_version = 4;
  return flow;
}
Timestamp at(std::int64_t milliseconds) { return Timestamp{1} + Duration::from_milliseconds(milliseconds); }

class FragmentTableTest : public testing::Test {
 protected:
  FragmentTable table{HashSeed::fixed(3), 64};

  FragmentTable::Match first(std::uint32_t id, std::uint16_t port, std::int64_t ms) {
    const auto match = table.note(key_of(id), {0, 800, true}, at(ms));
    table.set_flow(flow_of(port), Direction::kHiToLo);
    return match;
  }
};

TEST_F(FragmentTableTest, FindsTheFlowOfLaterFragments) {
  first(1, 500, 0);
  const auto match = table.note(key_of(1), {800, 900, false}, at(1));
  ASSERT_NE(match.flow, nullptr);
  EXPECT_EQ(match.flow->lo_port, 500);
  EXPECT_EQ(match.direction, Direction::kHiToLo);
  EXPECT_EQ(table.note(key_of(2), {800, 900, false}, at(1)).flow, nullptr);
  EXPECT_EQ(table.stats().tracked, 2);
  EXPECT_EQ(table.stats().matched, 1);
  EXPECT_EQ(table.stats().unmatched, 1);
}

TEST_F(FragmentTableTest, ForgetsAfterTheTimeout) {
  first(1, 500, 0);
  EXPECT_NE(table.note(key_of(1), {800, 808, true}, at(30'000)).flow, nullptr);
  EXPECT_EQ(table.note(key_of(1), {808, 816, true}, at(30'001)).flow, nullptr);
}

TEST_F(FragmentTableTest, AnIdentificationUsedAgainBeginsANewDatagram) {
  first(1, 500, 0);
  table.note(key_of(1), {800, 900, false}, at(1));
  EXPECT_EQ(first(1, 600, 2).flow, nullptr);
  const auto match = table.note(key_of(1), {800, 900, false}, at(3));
  ASSERT_NE(match.flow, nullptr);
  EXPECT_EQ(match.flow->lo_port, 600);
  EXPECT_FALSE(match.overlap);
}

TEST_F(FragmentTableTest, TheOldestMakesRoomAndMemoryStaysBounded) {
  for (std::uint32_t id = 0; id < 100'000; ++id) first(id, 500, id);
  EXPECT_EQ(table.datagrams_max(), 64);
  EXPECT_EQ(table.stats().tracked, 100'000);
  // Those of the last 30 seconds were in use when they went; the last few are still there.
  EXPECT_GE(table.stats().evicted, 100'000 - 64);
  EXPECT_NE(table.note(key_of(99'999), {800, 808, true}, at(100'000)).flow, nullptr);
}

TEST_F(FragmentTableTest, SeesOverlapInAnyOrder) {
  table.note(key_of(1), {1600, 2400, true}, at(0));
  EXPECT_FALSE(table.note(key_of(1), {0, 800, true}, at(0)).overlap);
  EXPECT_FALSE(table.note(key_of(1), {800, 1600, true}, at(0)).overlap);
  EXPECT_TRUE(table.note(key_of(1), {2392, 3000, false}, at(0)).overlap);
  EXPECT_EQ(table.stats().overlaps, 1);
}

TEST_F(FragmentTableTest, ManyFragmentsInOrderAreNoOverlap) {
  for (std::uint32_t begin = 0; begin < 64'000; begin += 800)
    EXPECT_FALSE(table.note(key_of(1), {begin, begin + 800, true}, at(0)).overlap) << begin;
  for (std::uint32_t begin = 64'000; begin > 0; begin -= 800)
    EXPECT_FALSE(table.note(key_of(2), {begin - 800, begin, true}, at(0)).overlap) << begin;
  EXPECT_TRUE(table.note(key_of(1), {63'992, 64'800, false}, at(0)).overlap);
}

TEST_F(FragmentTableTest, ACopyOfAFragmentIsNoOverlap) {
  for (int copy = 0; copy < 3; ++copy) EXPECT_FALSE(table.note(key_of(1), {800, 1600, true}, at(0)).overlap);
}

TEST_F(FragmentTableTest, CountsFragmentsBehindMoreHolesThanItRemembers) {
  for (std::uint32_t begin = 0; begin < 6 * 1600; begin += 1600)
    table.note(key_of(1), {begin, begin + 800, true}, at(0));
  EXPECT_EQ(table.stats().ranges_forgotten, 0);
  EXPECT_FALSE(table.note(key_of(1), {16'000, 16'800, true}, at(0)).overlap);
  EXPECT_FALSE(table.note(key_of(1), {16'000, 16'808, true}, at(0)).overlap) << "overlaps what was forgotten";
  EXPECT_EQ(table.stats().ranges_forgotten, 2);
}

}  // namespace
}  // namespace netpulse
