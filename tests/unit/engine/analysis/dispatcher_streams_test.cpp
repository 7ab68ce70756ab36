// What analyzers are given of TCP streams, and of messages that come in pieces.
#include <string>
#include <string_view>

#include "tests/unit/engine/analysis/dispatcher_fixture.h"

namespace netpulse {
namespace {

TEST_F(DispatcherTest, GivesTheRestOfTheSegmentToTheNextAnalyzer) {
  see(1, 7001, true, "GO\n", 0);
  const FlowRecord& flow = see(1, 7001, false, "OK\nNAME shop.example\n", 0);
  EXPECT_EQ(flow.protocol_id, kLine);
  EXPECT_EQ(name_of(flow), "shop.example");
}

TEST_F(DispatcherTest, KeepsWhatTheOtherSideSentAheadOfTheHandOver) {
  see(1, 7001, true, "GO\nNAME shop.exa", 0);
  const FlowRecord& flow = see(1, 7001, false, "OK\n", 0);
  see(1, 7001, true, "mple\n", 16);
  EXPECT_EQ(flow.protocol_id, kLine);
  EXPECT_EQ(name_of(flow), "shop.example");
}

TEST_F(DispatcherTest, AssemblesAMessageFromDatagramsInAnyOrder) {
  see(1, 7002, true, "5example.", 0, kUdp);
  const FlowRecord& flow = see(1, 7002, true, "0shop.", 0, kUdp);
  EXPECT_EQ(name_of(flow), "shop.example");
  EXPECT_EQ(metrics_->plugin_counters[plan_->counter_base(kPuzzle)], 2U);
  EXPECT_EQ(metrics_->plugin_counters[plan_->counter_base(kPuzzle) + 1], 0U);
}

TEST_F(DispatcherTest, SaysWhenAFragmentContradictsWhatCameFirst) {
  see(1, 7002, true, "5example", 0, kUdp);
  see(1, 7002, true, "4.exam", 0, kUdp);
  EXPECT_EQ(metrics_->plugin_counters[plan_->counter_base(kPuzzle) + 1], 0U);
  see(1, 7002, true, "4.exbm", 0, kUdp);
  EXPECT_EQ(metrics_->plugin_counters[plan_->counter_base(kPuzzle) + 1], 1U);
}

TEST_F(DispatcherTest, BytesThatAreSkippedCostNeitherABufferNorTheFlowsPackets) {
  const FlowRecord& flow = see(1, 7003, true, "1000\nxxxxx", 0);
  // Of the 995 bytes to come 100 are never seen, and some twice.
  for (std::uint32_t i = 0; i < 150; ++i) see(1, 7003, true, "12345", 110 + i % 100 * 5);
  EXPECT_FALSE(done(flow));
  see(1, 7003, true, "9990\n", 1003);  // the last two bytes of the body, and what follows
  EXPECT_EQ(metrics_->plugin_counters[plan_->counter_base(kParcel)], 2U);
  EXPECT_FALSE(done(flow));
}

TEST_F(DispatcherTest, SkipsAlsoWhatCameAheadOfTheSegmentBefore) {
  see(1, 7003, true, "", 0, kTcp, TcpFlags::kSyn);
  see(1, 7003, true, "56789", 9);
  see(1, 7003, true, "30\n4\n", 29);  // the body's last four bytes look like a parcel
  see(1, 7003, true, "30\n01234", 1);
  see(1, 7003, true, "7\n", 34);
  EXPECT_EQ(metrics_->plugin_counters[plan_->counter_base(kParcel)], 2U);
}

TEST_F(DispatcherTest, PutsSegmentsInOrderBeforeTheAnalyzerSeesThem) {
  const std::string text = "NAME a.shop.example\n";
  // Every cut into two, in both orders, with the SYN seen.
  for (std::uint32_t cut = 1; cut < text.size(); ++cut) {
    for (const bool swapped : {false, true}) {
      const std::uint32_t flow = cut * 2 + swapped, isn = 0xfffffff0;  // the numbers wrap on the way
      see(flow, 9999, true, "", isn, kTcp, TcpFlags::kSyn);
      const std::string_view first = std::string_view(text).substr(0, cut), second = std::string_view(text).substr(cut);
      if (swapped) see(flow, 9999, true, second, isn + 1 + cut);
      FlowRecord* record = &see(flow, 9999, true, first, isn + 1);
      if (!swapped) record = &see(flow, 9999, true, second, isn + 1 + cut);
      EXPECT_EQ(name_of(*record), "a.shop.example") << cut << swapped;
      EXPECT_TRUE(done(*record));
    }
  }
  table_->flush({1});
}

TEST_F(DispatcherTest, ARetransmissionAddsNothing) {
  see(1, 9999, true, "", 99, kTcp, TcpFlags::kSyn);
  see(1, 9999, true, "NAME a.sh", 100);
  see(1, 9999, true, "NAME a.sh", 100);
  see(1, 9999, true, "xxxx a.shop", 100);  // overlaps with other bytes: the first stay, the new ones count
  EXPECT_EQ(name_of(see(1, 9999, true, ".example\n", 111)), "a.shop.example");
}

TEST_F(DispatcherTest, AFlowThatNeverFinishesItsLineLosesItsBufferToANewerOne) {
  AnalysisOptions options;
  options.stream_buffers = 4;
  make(options);
  for (std::uint32_t flow = 0; flow < 8; ++flow) see(flow, 9999, true, "NAME unfinished", 100);
  EXPECT_EQ(metrics_->losses[static_cast<std::size_t>(LossReason::kStreamPoolFull)], 4U);
  EXPECT_TRUE(done(see(0, 9999, true, "", 100)));
  EXPECT_EQ(name_of(see(7, 9999, true, ".example\n", 115)), "unfinished.example");
}

TEST_F(DispatcherTest, AFlowCannotHoldABufferForEver) {
  AnalysisOptions options;
  options.packets_max = 10;
  make(options);
  FlowRecord* flow = nullptr;
  for (std::uint32_t i = 0; i < 12; ++i) flow = &see(1, 9999, true, i == 0 ? "NAME " : "xxxxx", 100 + 5 * i);
  EXPECT_TRUE(done(*flow));
}

TEST_F(DispatcherTest, CountsSegmentsThatItsWindowCannotHold) {
  const auto& lost = metrics_->losses[static_cast<std::size_t>(LossReason::kStreamWindowFull)];
  for (const std::uint8_t shadow : {std::uint8_t{0}, PacketView::kFlagShadow}) {
    const std::uint32_t flow = shadow + 1U, isn = 100;
    see(flow, 9999, true, "", isn, kTcp, TcpFlags::kSyn, shadow);
    see(flow, 9999, true, "behind a hole", isn + 1 + 10, kTcp, TcpFlags::kAck, shadow);
    EXPECT_EQ(lost, shadow == 0 ? 0U : 3U);
    see(flow, 9999, true, "half", isn + 1 + kStreamPrefixBytes - 2, kTcp, TcpFlags::kAck, shadow);
    see(flow, 9999, true, "beyond", isn + 1 + kStreamPrefixBytes, kTcp, TcpFlags::kAck, shadow);
    see(flow, 9999, true, "far beyond", isn + 1 + 3 * kStreamPrefixBytes, kTcp, TcpFlags::kAck, shadow);
    EXPECT_EQ(lost, 3U) << "a shadow flow counts nothing";
  }
}

}  // namespace
}  // namespace netpulse
