#include "exporters/web/recent_flows.h"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

#include "tests/unit/sample_flow.h"

namespace netpulse {
namespace {

constexpr std::uint64_t kNewest = std::numeric_limits<std::uint64_t>::max();

/// Writes flows with the identifiers from first to last at one time.
void write(RecentFlows& recent, std::uint64_t first, std::uint64_t last) {
  std::vector<FinishedFlow> flows;
  for (std::uint64_t id = first; id <= last; ++id) {
    flows.push_back(sample_flow());
    flows.back().record.flow_id = id;
  }
  std::vector<const FinishedFlow*> pointers;
  for (const FinishedFlow& flow : flows) pointers.push_back(&flow);
  recent.write(pointers);
}

std::vector<std::uint64_t> ids(const RecentFlows& recent, std::uint64_t before = kNewest) {
  std::vector<std::uint64_t> found;
  recent.visit(before, [&](const FinishedFlow& flow, std::uint64_t number) {
    EXPECT_EQ(flow.record.flow_id, number) << "they were written in this order";
    found.push_back(number);
    return true;
  });
  return found;
}

TEST(RecentFlows, GivesTheNewestFirst) {
  RecentFlows recent(3);
  EXPECT_TRUE(ids(recent).empty());
  write(recent, 1, 2);
  EXPECT_EQ(ids(recent), (std::vector<std::uint64_t>{2, 1}));
  write(recent, 3, 4);
  EXPECT_EQ(ids(recent), (std::vector<std::uint64_t>{4, 3, 2}));
  EXPECT_EQ(recent.last_number(), 4);
}

TEST(RecentFlows, GoesOnWhereAPageEnded) {
  RecentFlows recent(100);
  write(recent, 1, 80);
  EXPECT_EQ(ids(recent, 3), (std::vector<std::uint64_t>{2, 1}));
  EXPECT_TRUE(ids(recent, 1).empty());
  EXPECT_EQ(ids(recent).size(), 80) << "more than are visited at once";
}

TEST(RecentFlows, KeepsTheLastOfMoreThanThereIsRoomFor) {
  RecentFlows recent(3);
  write(recent, 1, 10);
  EXPECT_EQ(ids(recent), (std::vector<std::uint64_t>{10, 9, 8}));
  write(recent, 11, 12);
  EXPECT_EQ(ids(recent), (std::vector<std::uint64_t>{12, 11, 10}));
}

TEST(RecentFlows, KeepsNothingWhereItMayNot) {
  RecentFlows recent(0);
  write(recent, 1, 2);
  EXPECT_TRUE(ids(recent).empty());
}

TEST(RecentFlows, CopiesWhatAFlowHas) {
  RecentFlows recent(2);
  FinishedFlow flow = sample_flow("a-name-that-is-so-long-that-it-lies-among-the-texts-of-the-flow.example.org");
  flow.tcp_counters.counts[0][0] = 5;
  const FinishedFlow* pointer = &flow;
  recent.write({&pointer, 1});
  recent.visit(kNewest, [&](const FinishedFlow& copy, std::uint64_t) {
    EXPECT_EQ(copy.server_name(), flow.server_name());
    EXPECT_EQ(copy.tcp_counters.counts[0][0], 5);
    EXPECT_EQ(copy.reason, flow.reason);
    return true;
  });
}

}  // namespace
}  // namespace netpulse
