// Flows that others announce, what analyzers are told at their end, and the rows they leave.
#include "tests/unit/engine/analysis/dispatcher_fixture.h"

namespace netpulse {
namespace {

TEST_F(DispatcherTest, AnAnnouncedFlowIsKnownByItsFirstPacket) {
  see(1, 7005, true, "\x28\x29", 0, kUdp);
  const FlowRecord& expected = see(2, 0x28, true, "guest", 0, kUdp);
  EXPECT_EQ(expected.protocol_id, kGuest);
  EXPECT_TRUE(expected.is(FlowRecord::kFlagAccounted));
  EXPECT_EQ(see(3, 0x29, false, "guest", 0, kUdp).protocol_id, kGuest) << "its other end may begin";
  EXPECT_EQ(see(4, 0x30, true, "guest", 0, kUdp).protocol_id, 0) << "another port";
  EXPECT_EQ(see(5, 0x28, true, "other", 0, kUdp).protocol_id, 0) << "not what was announced";
  EXPECT_EQ(see(6, 0x28, true, "NAME", 0, kTcp).protocol_id, 0) << "another transport";
}

TEST_F(DispatcherTest, OnlyPacketsThatEveryWorkerSeesAnnounce) {
  see(1, 7006, true, "\x28", 0, kUdp);
  EXPECT_EQ(see(2, 0x28, true, "guest", 0, kUdp).protocol_id, 0);
}

TEST_F(DispatcherTest, AnnouncementsThatFindNoRoomAreCounted) {
  AnalysisOptions options;
  options.expected_flows = 8;
  make(options);
  see(1, 7005, true, "\x28\x29\x2a\x2b\x2c\x2d\x2e\x2f", 0, kUdp);
  const auto& lost = metrics_->losses[static_cast<std::size_t>(LossReason::kExpectationsFull)];
  EXPECT_EQ(lost, 0U);
  see(1, 7005, true, "\x30", 0, kUdp, 0, PacketView::kFlagShadow);
  EXPECT_EQ(lost, 1U) << "the flow is one of this worker's own";
  see(2, 7005, true, "\x31", 0, kUdp, 0, PacketView::kFlagShadow);
  EXPECT_EQ(lost, 1U) << "counted where the flow is";
}

TEST_F(DispatcherTest, TellsItsAnalyzerOnceWhenAFlowEnds) {
  see(1, 7005, true, "\x28\x29", 0, kUdp);
  see(2, 0x28, true, "guest", 0, kUdp);
  see(2, 0x28, true, "g", 0, kUdp);
  see(3, 0x29, true, "g", 0, kUdp);
  see(3, 0x29, true, "bye", 0, kUdp);  // done: ends at once
  see(3, 0x29, true, "more", 0, kUdp);
  ASSERT_EQ(dispatcher_->rows().size(), 1U);
  table_->flush({time_ * 1'000'000});
  ASSERT_EQ(dispatcher_->rows().size(), 2U);
  const ReportRow& row = dispatcher_->rows()[1];
  EXPECT_EQ(row.values[0], 0x28);
  EXPECT_EQ(row.values[1], 2);
  EXPECT_EQ(row.values[2], kNoValue);
  EXPECT_EQ(row.src_addr.to_string(), "10.0.0.1");
  EXPECT_EQ(row.src_port, 40002);
  EXPECT_EQ(row.dst_port, 0x28);
  EXPECT_EQ(row.begun_at, Timestamp{5});
}

TEST_F(DispatcherTest, TellsACandidateThatTheFlowWasNotItsOwn) {
  const auto& mistaken = metrics_->plugin_counters[plan_->counter_base(kGuest)];
  for (int i = 0; i < 3; ++i) see(1, 0x20, true, "guest", 0, kUdp);
  EXPECT_EQ(mistaken, 1U) << "it said so itself";
  see(2, 0x20, true, "guest", 0, kUdp);
  table_->flush({time_ * 1'000'000});
  EXPECT_EQ(mistaken, 2U) << "the flow ended before it was sure";
  EXPECT_TRUE(dispatcher_->rows().empty());
}

TEST_F(DispatcherTest, RowsThatFindNoRoomAreCounted) {
  see(1, 7005, true, "\x28", 0, kUdp);
  for (std::uint32_t flow = 2; flow < 8; ++flow) see(flow, 0x28, true, "bye", 0, kUdp);
  EXPECT_EQ(dispatcher_->rows().size(), 4U);
  dispatcher_->publish_gauges();
  EXPECT_EQ(metrics_->losses[static_cast<std::size_t>(LossReason::kReportRowsFull)], 2U);
  see(9, 0x28, true, "bye", 0, kUdp, 0, PacketView::kFlagShadow);
  dispatcher_->publish_gauges();
  EXPECT_EQ(metrics_->losses[static_cast<std::size_t>(LossReason::kReportRowsFull)], 2U);
}

}  // namespace
}  // namespace netpulse
