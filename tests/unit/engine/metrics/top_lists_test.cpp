#include "engine/metrics/top_lists.h"

#include <gtest/gtest.h>

#include "tests/unit/sample_flow.h"

namespace netpulse {
namespace {

FinishedFlow flow_between(std::string_view lo, std::string_view hi, std::string_view server_name = "") {
  FinishedFlow flow = sample_flow(server_name);  // 3000 bytes, 30 packets
  flow.record.key.lo_addr = *IpAddress::parse(lo);
  flow.record.key.hi_addr = *IpAddress::parse(hi);
  return flow;
}

TopLists lists_of(std::vector<FinishedFlow> flows) {
  std::vector<const FinishedFlow*> batch;
  for (const FinishedFlow& flow : flows) batch.push_back(&flow);
  TopLists lists;
  lists.add(batch);
  return lists;
}

TEST(TopListsTest, SumsHostsPairsAndNamesOverFlows) {
  TopLists lists = lists_of({flow_between("10.0.0.1", "10.0.0.2", "a.example"), flow_between("10.0.0.1", "10.0.0.2"),
                             flow_between("10.0.0.1", "10.0.0.3", "a.example")});
  const auto hosts = lists.hosts(10);
  ASSERT_EQ(hosts.size(), 3U);
  EXPECT_EQ(hosts[0].name, "10.0.0.1");
  EXPECT_EQ(hosts[0].traffic.bytes, 9000U);
  EXPECT_EQ(hosts[0].traffic.packets, 90U);
  EXPECT_EQ(hosts[0].traffic.flows, 3U);
  EXPECT_EQ(hosts[0].bytes_missed_max, 0U);
  const auto pairs = lists.pairs(1);
  ASSERT_EQ(pairs.size(), 1U);
  EXPECT_EQ(pairs[0].name, "10.0.0.1 - 10.0.0.2");
  EXPECT_EQ(pairs[0].traffic.bytes, 6000U);
  const auto names = lists.server_names(10);
  ASSERT_EQ(names.size(), 1U);
  EXPECT_EQ(names[0].name, "a.example");
  EXPECT_EQ(names[0].traffic.bytes, 6000U);
}

TEST(TopListsTest, AHostThatTalksToItselfCountsOnce) {
  EXPECT_EQ(lists_of({flow_between("127.0.0.1", "127.0.0.1")}).hosts(1).front().traffic.bytes, 3000U);
}

TEST(TopListsTest, EqualOnesStandInTheirKeysOrder) {
  const auto hosts = lists_of({flow_between("10.0.0.9", "10.0.0.7"), flow_between("10.0.0.3", "10.0.0.8")}).hosts(3);
  ASSERT_EQ(hosts.size(), 3U);
  EXPECT_EQ(hosts[0].name, "10.0.0.3");
  EXPECT_EQ(hosts[1].name, "10.0.0.7");
  EXPECT_EQ(hosts[2].name, "10.0.0.8");
}

TEST(TopListsTest, ARecordThatContinuesIsNoNewFlow) {
  FinishedFlow continued = flow_between("10.0.0.1", "10.0.0.2");
  continued.record.flags |= FlowRecord::kFlagContinued;
  const auto hosts = lists_of({flow_between("10.0.0.1", "10.0.0.2"), continued}).hosts(1);
  EXPECT_EQ(hosts.front().traffic.bytes, 6000U);
  EXPECT_EQ(hosts.front().traffic.flows, 1U);
}

TEST(TopListsTest, MoreFlowsThanAreLookedUpAtOnce) {
  std::vector<FinishedFlow> flows;
  for (int i = 0; i < 100; ++i) flows.push_back(flow_between("10.0.0.1", "10.0.1." + std::to_string(i % 50)));
  const TopLists lists = lists_of(flows);
  EXPECT_EQ(lists.hosts(100).size(), 51U);
  EXPECT_EQ(lists.hosts(1).front().traffic.bytes, 300'000U);
  EXPECT_EQ(lists.untracked(), 0U);
}

}  // namespace
}  // namespace netpulse
