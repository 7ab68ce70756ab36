// Who gets a flow, and by what name it goes.
#include <string_view>

#include "tests/unit/engine/analysis/dispatcher_fixture.h"

namespace netpulse {
namespace {

TEST_F(DispatcherTest, DecidesAFlowAnewWhenItsAnalyzerHandsItOver) {
  see(1, 7001, true, "GO\n", 0);
  const FlowRecord& flow = see(1, 7001, false, "OK\n", 0);
  EXPECT_EQ(flow.protocol_id, kUpgrade);
  EXPECT_FALSE(done(flow));
  see(1, 7001, true, "NAME www.shop.example\n", 3);
  EXPECT_TRUE(done(flow));
  EXPECT_EQ(flow.protocol_id, kLine);
  EXPECT_EQ(name_of(flow), "www.shop.example");
  const FlowDetail* detail = table_->detail_if_any(flow);
  ASSERT_NE(detail, nullptr);
  EXPECT_EQ(table_->attributes_if_any(*detail)->get(FlowAttribute::kServerSoftware), "upgrader");
}

TEST_F(DispatcherTest, UnderOverloadANewFlowIsNamedWithoutItsPayload) {
  overloaded_ = true;
  const FlowRecord& echo = see(1, 7, true, "", 0, kTcp, TcpFlags::kSyn);
  EXPECT_TRUE(echo.is(FlowRecord::kFlagAccounted));
  EXPECT_EQ(application_of(echo), "Echo service");
  const FlowRecord& other = see(2, 7001, true, "", 0, kTcp, TcpFlags::kSyn);
  see(2, 7001, true, "GO\n", 1);
  EXPECT_EQ(other.protocol_id, 0);
  EXPECT_EQ(metrics_->losses[static_cast<std::size_t>(LossReason::kOverloadUnanalyzed)], 2U);
}

TEST_F(DispatcherTest, AFlowHandedOverToNobodyKeepsItsProtocol) {
  see(1, 7001, true, "GO\n", 0);
  const FlowRecord& flow = see(1, 7001, false, "OK\n", 0);
  for (std::uint32_t i = 0; i < 8; ++i) see(1, 7001, true, "who knows what", 3 + 14 * i);
  EXPECT_TRUE(done(flow));
  EXPECT_EQ(flow.protocol_id, kUpgrade);
}

TEST_F(DispatcherTest, AFlowThatIsHandedToAndFroIsGivenUp) {
  const FlowRecord& flow = see(1, 7002, true, "0x", 0, kUdp);
  for (int i = 0; i < 4; ++i) {
    see(1, 7002, true, "!", 0, kUdp);
    see(1, 7002, true, "0x", 0, kUdp);
  }
  EXPECT_TRUE(done(flow));
}

TEST_F(DispatcherTest, ATentativeClaimIsHeardOfWhenItIsConfirmed) {
  const FlowRecord& flow = see(1, 9999, true, "1", 0, kUdp);
  EXPECT_EQ(flow.protocol_id, 0);
  see(1, 9999, true, "2", 0, kUdp);
  EXPECT_EQ(flow.protocol_id, 0);
  EXPECT_FALSE(flow.is(FlowRecord::kFlagAccounted));
  see(1, 9999, false, "3", 0, kUdp);
  EXPECT_EQ(flow.protocol_id, kCounting);
  EXPECT_TRUE(done(flow));
  EXPECT_EQ(metrics_->protocols[kCounting].total().packets, 3U);
}

TEST_F(DispatcherTest, ATentativeClaimNeverConfirmedLeavesNoTrace) {
  const FlowRecord& flow = see(1, 9999, true, "1", 0, kUdp);
  table_->flush({time_ * 1'000'000});
  EXPECT_EQ(flow.protocol_id, 0);
  EXPECT_EQ(metrics_->protocols[0].total().packets, 1U);
  EXPECT_EQ(metrics_->protocols[kCounting].total().packets, 0U);
}

TEST_F(DispatcherTest, WhoIsSureGoesBeforeATentativeClaim) {
  EXPECT_EQ(see(1, 7002, true, "1name.", 0, kUdp).protocol_id, kPuzzle);
}

TEST_F(DispatcherTest, ATentativeClaimEndsWhenItsAnalyzerRefusesTheFlow) {
  const FlowRecord& flow = see(1, 9999, true, "1", 0, kUdp);
  see(1, 9999, true, "7", 0, kUdp);
  EXPECT_FALSE(done(flow));
  for (const char* digit : {"1", "2", "3"}) see(1, 9999, true, digit, 0, kUdp);
  EXPECT_EQ(flow.protocol_id, kCounting);
}

TEST_F(DispatcherTest, ATentativeClaimIsSettledWithinABound) {
  const FlowRecord& flow = see(1, 9999, true, "A", 0, kUdp);
  for (int i = 0; i < 40; ++i) see(1, 9999, true, "A", 0, kUdp);
  EXPECT_TRUE(done(flow));
  EXPECT_EQ(flow.protocol_id, 0);
}

TEST_F(DispatcherTest, FindsAProtocolByItsFirstBytesOnAnyPort) {
  const FlowRecord& flow = see(1, 9999, true, "NAME www.Shop.EXAMPLE\n");
  EXPECT_TRUE(done(flow));
  EXPECT_EQ(flow.protocol_id, kLine);
  EXPECT_EQ(name_of(flow), "www.shop.example");
  EXPECT_EQ(application_of(flow), "Shop");
  EXPECT_EQ(flow.application_source, ApplicationSource::kServerName);
  EXPECT_EQ(metrics_->plugin_counters[plan_->counter_base(kLine)], 1U);
}

TEST_F(DispatcherTest, ADnsAnswerNamesOnlyFlowsThatBeginAfterIt) {
  const FlowRecord& before = see(1, 9999, true, "", 0, kTcp, TcpFlags::kSyn);
  see(2, 53, false,
      "\x07"
      "www.shop.example",
      0, kUdp);
  const FlowRecord& after = see(3, 9999, true, "", 0, kTcp, TcpFlags::kSyn);
  EXPECT_EQ(name_of(before), "");
  EXPECT_EQ(name_of(after), "www.shop.example");
  EXPECT_EQ(table_->detail_if_any(after)->name_source, kNameSourceDnsAnswer);
  // What the client says itself is better.
  const FlowRecord& said = see(3, 9999, true, "NAME cdn.shop.example\n", 1);
  EXPECT_EQ(name_of(said), "cdn.shop.example");
  EXPECT_EQ(table_->detail_if_any(said)->name_source, kLine);
}

TEST_F(DispatcherTest, AShadowFlowTeachesAndCountsNothing) {
  see(2, 53, false,
      "\x07"
      "www.shop.example",
      0, kUdp, 0, PacketView::kFlagShadow);
  EXPECT_EQ(name_of(see(3, 9999, true, "", 0, kTcp, TcpFlags::kSyn)), "www.shop.example");
  EXPECT_EQ(metrics_->plugin_counters[plan_->counter_base(kTeacher)], 0U);
  EXPECT_EQ(metrics_->protocols[kTeacher].total().packets, 0U);
}

TEST_F(DispatcherTest, NamesAreListedOnceForTheReport) {
  for (std::uint32_t flow = 0; flow < 5; ++flow) see(flow, 9999, true, "NAME www.shop.example\n");
  dispatcher_->finish({});
  ASSERT_EQ(dispatcher_->name_sets().size(), 1U);
  ASSERT_EQ(dispatcher_->name_sets()[0].entries().size(), 1U);
  EXPECT_EQ(dispatcher_->name_sets()[0].entries()[0].name, "www.shop.example");
}

TEST_F(DispatcherTest, OnlyPacketsThatEveryWorkerSeesTeachNames) {
  // An answer sent to port 53, and one sent from a port of the analyzer that does not teach.
  see(2, 53, true,
      "\x07"
      "www.shop.example",
      0, kUdp);
  see(2, 54, false,
      "\x07"
      "www.shop.example",
      0, kUdp);
  EXPECT_EQ(name_of(see(3, 9999, true, "", 0, kTcp, TcpFlags::kSyn)), "");
  EXPECT_EQ(metrics_->plugin_counters[plan_->counter_base(kTeacher)], 2U);
}

}  // namespace
}  // namespace netpulse
