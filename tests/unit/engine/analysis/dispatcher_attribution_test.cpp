// Which application and which counters a flow goes under.
#include <algorithm>
#include <span>

#include "tests/unit/engine/analysis/dispatcher_fixture.h"

namespace netpulse {
namespace {

TEST_F(DispatcherTest, AFlowThatMayBeHandedOverIsNotAccountedBefore) {
  const FlowRecord& flow = see(1, 7001, true, "GO\n", 0);
  EXPECT_EQ(flow.protocol_id, kUpgrade);
  EXPECT_FALSE(flow.is(FlowRecord::kFlagAccounted));
  see(1, 7001, false, "OK\n", 0);
  see(1, 7001, true, "NAME www.shop.example\n", 3);
  EXPECT_EQ(metrics_->protocols[kUpgrade].total().packets, 0U);
  EXPECT_EQ(metrics_->protocols[kLine].total().packets, 3U);
}

TEST_F(DispatcherTest, AFlowOnceCountedStaysWhereItIsCountedWhateverIsLearnedLater) {
  const FlowRecord& flow = see(1, 7004, true, "?", 0);
  EXPECT_TRUE(flow.is(FlowRecord::kFlagAccounted));
  see(1, 7004, true, "!NAME www.shop.example\n", 1);
  see(1, 7004, true, "more", 24);
  // The record says what it became ...
  EXPECT_EQ(flow.protocol_id, kLine);
  EXPECT_EQ(application_of(flow), "Shop");
  // ... and the counters do not depend on when that was learned.
  EXPECT_EQ(metrics_->protocols[kFickle].total().packets, 3U);
  EXPECT_EQ(metrics_->protocol_flows[kFickle], 1U);
  EXPECT_EQ(metrics_->protocols[kLine].total().packets, 0U);
  EXPECT_EQ(metrics_->applications[0].total().packets, 3U);
  EXPECT_EQ(metrics_->applications[flow.application].total().packets, 0U);
  dispatcher_->publish_gauges();
  EXPECT_EQ(metrics_->encrypted_bytes, 0U);
  EXPECT_EQ(metrics_->cleartext_bytes, flow.bytes_total());
}

TEST_F(DispatcherTest, AFlowWithoutRoomForASecondApplicationKeepsItsFirst) {
  const auto see_it_change = [this]() -> const FlowRecord& {
    see(1, 7004, true, "?", 0);
    see(1, 7004, true, "!NAME other.example\n", 1);
    return see(1, 7004, true, "more", 21);
  };
  EXPECT_EQ(application_of(see_it_change()), "Fickle line");
  make({}, 1);
  see(2, 7000, true, "NAME has.the.room\n", 0);
  EXPECT_EQ(see_it_change().application, 0);
  EXPECT_EQ(metrics_->applications[0].total().packets, 4U);
  EXPECT_EQ(metrics_->protocols[kFickle].total().packets, 3U);
}

TEST_F(DispatcherTest, AnAnalyzerCountsAtTheEndWhatItKeptBetweenFlows) {
  see(1, 7002, true, "?", 0, kUdp);
  see(2, 7002, true, "?", 0, kUdp);
  dispatcher_->advance({std::int64_t{time_} * 1'000'000'000});
  EXPECT_EQ(metrics_->plugin_counters[plan_->counter_base(kPuzzle) + 2], 0U);
  dispatcher_->finish({std::int64_t{time_} * 1'000'000'000});
  EXPECT_EQ(metrics_->plugin_counters[plan_->counter_base(kPuzzle) + 2], 2U);
}

TEST_F(DispatcherTest, GivesUpAFlowThatNobodyClaimsAndNamesItByItsPort) {
  FlowRecord* flow = nullptr;
  for (std::uint32_t i = 0; i < 4; ++i) {
    flow = &see(1, 7, i % 2 == 0, "no known protocol", 100 + 17 * (i / 2));
    EXPECT_EQ(done(*flow), i == 3);
  }
  EXPECT_EQ(application_of(*flow), "Echo service");
  EXPECT_EQ(flow->application_source, ApplicationSource::kPort);
  EXPECT_EQ(metrics_->applications[flow->application].total().packets, 4U);
  see(1, 7, true, "more", 200);
  EXPECT_EQ(metrics_->applications[flow->application].total().packets, 5U);
}

TEST_F(DispatcherTest, AProtocolOnItsOwnPortIsSomethingElse) {
  EXPECT_EQ(application_of(see(2, 53, true,
                               "\x07"
                               "a",
                               0, kUdp)),
            "Teaching");
  const FlowRecord& flow = see(3, 5300, true,
                               "\x07"
                               "a",
                               0, kUdp);
  EXPECT_EQ(application_of(flow), "Secure teaching");
  EXPECT_EQ(flow.application_source, ApplicationSource::kProtocol);
}

TEST_F(DispatcherTest, AProtocolWithoutPortsIsKnownByItsNumber) {
  see(2, 0, true, "", 0, 1);
  table_->flush({1});
  const std::span<const Application> applications = catalogue_->applications();
  const auto ping =
      std::find_if(applications.begin(), applications.end(), [](const auto& a) { return a.name == "Ping"; });
  EXPECT_EQ(metrics_->application_flows[static_cast<std::size_t>(ping - applications.begin())], 1U);
}

TEST_F(DispatcherTest, AnAddressIsBetterThanAProtocolAndANameBetterThanAnAddress) {
  server_ = *IpAddress::parse("198.51.100.9");
  const FlowRecord& nameless = see(2, 53, true,
                                   "\x07"
                                   "a",
                                   0, kUdp);
  EXPECT_EQ(application_of(nameless), "Data centre");
  EXPECT_EQ(nameless.application_source, ApplicationSource::kAddress);
  const FlowRecord& unknown = see(3, 9999, true, "NAME www.elsewhere.example\n");
  EXPECT_EQ(application_of(unknown), "Data centre");
  const FlowRecord& named = see(4, 9999, true, "NAME www.shop.example\n");
  EXPECT_EQ(application_of(named), "Shop");
  EXPECT_EQ(named.application_source, ApplicationSource::kServerName);
  server_ = *IpAddress::parse("198.51.101.9");
  EXPECT_EQ(application_of(see(5, 53, true,
                               "\x07"
                               "a",
                               0, kUdp)),
            "Teaching");
}

TEST_F(DispatcherTest, EveryByteOfAFlowIsCountedUnderItsApplicationOnce) {
  for (std::uint32_t flow = 0; flow < 20; ++flow) {
    see(flow, 9999, true, "", 99, kTcp, TcpFlags::kSyn);
    see(flow, 9999, true, flow % 2 == 0 ? "NAME www.shop.example\n" : "something else", 100);
    see(flow, 9999, false, "answer", 500);
  }
  table_->flush({1});
  TrafficCounters sum;
  for (std::size_t i = 0; i < kApplicationsMax; ++i) sum += metrics_->application_traffic(i);
  EXPECT_EQ(sum.packets, 60U);
  EXPECT_EQ(sum.flows, 20U);
  EXPECT_EQ(sum.bytes, 60U * 60 + 10 * 22 + 10 * 14 + 20 * 6);
}

TEST_F(DispatcherTest, AnAnalyzerPerMessageIsAskedForEachAndTheApplicationIsKnownAtOnce) {
  for (int i = 0; i < 100; ++i)
    see(2, 53, false,
        "\x07"
        "a",
        0, kUdp);
  EXPECT_EQ(metrics_->plugin_counters[plan_->counter_base(kTeacher)], 100U);
  const FlowRecord& flow = see(2, 53, false,
                               "\x07"
                               "a",
                               0, kUdp);
  EXPECT_EQ(application_of(flow), "Teaching");
  EXPECT_EQ(metrics_->applications[flow.application].total().packets, 101U);
  EXPECT_EQ(table_->detail_if_any(flow), nullptr);
}

}  // namespace
}  // namespace netpulse
