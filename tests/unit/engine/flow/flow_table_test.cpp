#include "engine/flow/flow_table.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace netpulse {
namespace {

constexpr HashSeed kSeed = HashSeed::fixed(42);
constexpr std::uint8_t kTcp = 6, kUdp = 17;
constexpr Timestamp at(double seconds) { return {1'000'000'000'000 + static_cast<std::int64_t>(seconds * 1e9)}; }

struct Ended {
  FlowRecord record;
  EndReason reason;
};

class RecordingHandler final : public FlowEndHandler {
 public:
  void on_flow_end(FlowRecord& record, FlowDetail*, EndReason reason) noexcept override {
    ended.push_back({record, reason});
  }
  void before_flow_end() noexcept override { ++flushes; }
  std::vector<Ended> ended;
  int flushes = 0;
};

/// Flow number `flow` between two fixed hosts; from_a: sent by the endpoint with the lower address.
PacketView packet(std::uint32_t flow, bool from_a, Timestamp time, std::uint8_t protocol = kUdp,
                  std::uint8_t tcp_flags = 0) {
  PacketView view;
  view.key.lo_addr = *IpAddress::parse("10.0.0.1");
  view.key.hi_addr = *IpAddress::parse("10.0.0.2");
  view.key.lo_port = static_cast<std::uint16_t>(flow & 0xffff);
  view.key.hi_port = static_cast<std::uint16_t>(flow >> 16);
  view.key.protocol = protocol;
  view.key.ip_version = 4;
  view.hash = keyed_hash_48(&view.key, kSeed);
  view.received_at = time;
  view.wire_bytes = 100;
  view.payload_bytes = 58;
  view.direction = from_a ? Direction::kLoToHi : Direction::kHiToLo;
  view.transport = protocol == kTcp ? TransportLayer::kTcp : TransportLayer::kUdp;
  view.tcp_flags = tcp_flags;
  view.number = flow + 1;
  return view;
}

class FlowTableTest : public ::testing::Test {
 protected:
  void make(std::size_t flows_max) {
    FlowTableOptions options;
    options.flows_max = flows_max;
    options.details_max = 4;
    options.attributes_max = 2;
    table_ = std::make_unique<FlowTable>(options, kSeed, handler_, Duration::from_seconds(5));
  }
  FlowTable::Update see(const PacketView& view) { return table_->update(view, table_->prefetch_record(view.hash)); }
  /// As a worker does it: the conversation's quality sees the packet too.
  FlowTable::Update see_tcp(PacketView view, std::uint32_t seq, std::uint32_t ack = 0) {
    view.tcp_seq = seq;
    view.tcp_ack = ack;
    view.tcp_window = 1000;
    view.payload_bytes = (view.tcp_flags & TcpFlags::kSyn) != 0 ? 0 : 100;
    const FlowTable::Update update = see(view);
    table_->tcp_quality(*update.record).observe(view, table_->tcp_counters(*update.record));
    return update;
  }
  RecordingHandler handler_;
  std::unique_ptr<FlowTable> table_;
};

TEST_F(FlowTableTest, CountsBothDirectionsInOneRecord) {
  make(1024);
  const auto first = see(packet(7, false, at(0)));
  const auto second = see(packet(7, true, at(1)));
  EXPECT_TRUE(first.created);
  EXPECT_FALSE(second.created);
  ASSERT_EQ(first.record, second.record);
  EXPECT_EQ(second.record->packets[0], 1U);
  EXPECT_EQ(second.record->packets[1], 1U);
  EXPECT_EQ(second.record->bytes_total(), 200U);
  EXPECT_EQ(second.record->forward(), Direction::kHiToLo);
  EXPECT_EQ(second.record->end_time, at(1));
}

TEST_F(FlowTableTest, HoldsAsManyFlowsAsItPromisesWithoutEvicting) {
  constexpr std::uint32_t kFlows = 100'000;
  make(kFlows);
  for (std::uint32_t flow = 0; flow < kFlows; ++flow) ASSERT_NE(see(packet(flow, true, at(1))).record, nullptr);
  EXPECT_EQ(table_->active_flows(), kFlows);
  EXPECT_TRUE(handler_.ended.empty());
  for (std::uint32_t flow = 0; flow < kFlows; ++flow) EXPECT_FALSE(see(packet(flow, false, at(2))).created);
}

TEST_F(FlowTableTest, WhenFullTheFlowIdleLongestNearbyLeavesWithLackOfResources) {
  make(1000);
  for (std::uint32_t flow = 0; flow < 5000; ++flow) ASSERT_NE(see(packet(flow, true, at(flow * 1e-3))).record, nullptr);
  EXPECT_EQ(table_->active_flows(), 1000U);
  ASSERT_EQ(handler_.ended.size(), 4000U);
  std::uint64_t packets = 0;
  for (const Ended& ended : handler_.ended) {
    EXPECT_EQ(ended.reason, EndReason::kLackOfResources);
    packets += ended.record.packets_total();
  }
  EXPECT_EQ(packets + 1000, 5000U);
}

TEST_F(FlowTableTest, HalfOpenConnectionsGoBeforeEstablishedOnes) {
  make(1000);
  for (std::uint32_t flow = 0; flow < 500; ++flow) see(packet(flow, true, at(0), kTcp, TcpFlags::kAck));
  // A flood of SYNs, newer than the established flows.
  for (std::uint32_t flow = 10'000; flow < 30'000; ++flow) see(packet(flow, true, at(1), kTcp, TcpFlags::kSyn));
  std::size_t established_lost = 0;
  for (const Ended& ended : handler_.ended) established_lost += (ended.record.tcp_state & TcpState::kEstablished) != 0;
  EXPECT_LE(established_lost, 5U);
}

TEST_F(FlowTableTest, PacketsThatNobodyAnsweredGoBeforeConversations) {
  make(1000);
  for (std::uint32_t flow = 0; flow < 250; ++flow) {
    see(packet(flow, true, at(0)));
    see(packet(flow, false, at(0)));
  }
  for (std::uint32_t flow = 250; flow < 500; ++flow)  // one way, but much of it
    for (int i = 0; i < 4; ++i) see(packet(flow, true, at(0)));
  for (std::uint32_t flow = 10'000; flow < 30'000; ++flow) see(packet(flow, true, at(1)));
  std::size_t conversations_lost = 0;
  for (const Ended& ended : handler_.ended) conversations_lost += ended.record.packets_total() > 1;
  EXPECT_LE(conversations_lost, 5U);
}

TEST_F(FlowTableTest, InAnEmergencyUnansweredFlowsEndAfterASecond) {
  make(1024);
  see(packet(1, true, at(0), kTcp, TcpFlags::kSyn));
  see(packet(2, true, at(0), kTcp, TcpFlags::kAck));
  see(packet(3, true, at(0)));
  see(packet(4, true, at(0)));
  see(packet(4, false, at(0)));
  table_->sweep(at(6.5), 1024);  // packets may be five seconds out of order
  EXPECT_TRUE(handler_.ended.empty());
  table_->set_emergency(true);
  EXPECT_GE(table_->buckets_due(Duration::from_seconds(1)), 256U) << "the whole table each second";
  table_->sweep(at(5.9), 1024);
  EXPECT_TRUE(handler_.ended.empty());
  table_->sweep(at(6.5), 1024);
  ASSERT_EQ(handler_.ended.size(), 2U);
  for (const Ended& ended : handler_.ended) {
    EXPECT_EQ(ended.reason, EndReason::kLackOfResources);
    EXPECT_EQ(ended.record.packets_total(), 1U);
  }
  EXPECT_EQ(table_->active_flows(), 2U);
}

TEST_F(FlowTableTest, ATableThatAcceptsNoNewFlowsStillCountsTheOldOnes) {
  make(1024);
  see(packet(1, true, at(0)));
  table_->set_accepting(false);
  EXPECT_EQ(see(packet(2, true, at(1))).record, nullptr);
  EXPECT_EQ(see(packet(1, false, at(1))).record->packets_total(), 2U);
  EXPECT_EQ(table_->shed_packets(), 1U);
  EXPECT_EQ(table_->untracked_packets(), 0U);
  table_->set_accepting(true);
  EXPECT_TRUE(see(packet(2, true, at(2))).created);
}

TEST_F(FlowTableTest, APinnedRecordIsNotEvicted) {
  make(1);
  PacketView first = packet(1, true, at(0));
  const auto update = table_->update(first, nullptr);
  FlowTable::pin(*update.record);
  EXPECT_EQ(table_->update(packet(2, true, at(1)), nullptr).record, nullptr);
  EXPECT_EQ(table_->untracked_packets(), 1U);
  FlowTable::unpin(*update.record);
  EXPECT_NE(table_->update(packet(2, true, at(1)), nullptr).record, nullptr);
}

TEST_F(FlowTableTest, ATableThatGrowsKeepsEveryFlow) {
  constexpr std::uint32_t kFlows = 100'000;  // doubles several times
  FlowTableOptions options;
  options.flows_max = 1 << 18;
  table_ = std::make_unique<FlowTable>(options, kSeed, handler_, Duration{}, FlowTable::Buckets::kFew);
  for (std::uint32_t flow = 0; flow < kFlows; ++flow) {
    EXPECT_TRUE(see(packet(flow, true, at(1))).created);
    EXPECT_FALSE(see(packet(flow / 2, true, at(1))).created) << flow;
  }
  EXPECT_EQ(table_->active_flows(), kFlows);
  for (std::uint32_t flow = 0; flow < kFlows; ++flow) {
    const FlowTable::Update update = see(packet(flow, false, at(2)));
    EXPECT_FALSE(update.created) << flow;
    EXPECT_EQ(update.record->packets[1], 1U);
  }
  EXPECT_TRUE(handler_.ended.empty());
  table_->flush(at(3));
  EXPECT_EQ(handler_.ended.size(), kFlows);
  EXPECT_EQ(table_->active_flows(), 0U);
}

TEST_F(FlowTableTest, ATableThatHasGrownEvictsWhenItIsFull) {
  FlowTableOptions options;
  options.flows_max = 1 << 15;
  table_ = std::make_unique<FlowTable>(options, kSeed, handler_, Duration{}, FlowTable::Buckets::kFew);
  for (std::uint32_t flow = 0; flow < 50'000; ++flow) EXPECT_TRUE(see(packet(flow, true, at(1))).created);
  EXPECT_EQ(table_->active_flows(), options.flows_max);
  EXPECT_EQ(handler_.ended.size(), 50'000 - options.flows_max);
  EXPECT_EQ(table_->untracked_packets(), 0U);
}

TEST_F(FlowTableTest, ALookUpAfterTheIdleTimeoutStartsANewFlow) {
  make(1024);
  see(packet(1, true, at(0)));
  const auto late = see(packet(1, false, at(60.5)));
  EXPECT_TRUE(late.created);
  ASSERT_EQ(handler_.ended.size(), 1U);
  EXPECT_EQ(handler_.ended[0].reason, EndReason::kIdleTimeout);
  EXPECT_EQ(late.record->packets_total(), 1U);
  EXPECT_EQ(late.record->forward(), Direction::kHiToLo);
}

TEST_F(FlowTableTest, TheActiveTimeoutGivesDeltasAndKeepsTheFlow) {
  make(1024);
  for (int i = 0; i <= 20; ++i) see(packet(1, true, at(i * 30.0)));
  EXPECT_EQ(handler_.ended.size(), 2U);
  std::uint64_t packets = 0;
  for (const Ended& ended : handler_.ended) {
    EXPECT_EQ(ended.reason, EndReason::kActiveTimeout);
    packets += ended.record.packets_total();
  }
  table_->flush(at(600));
  packets += handler_.ended.back().record.packets_total();
  EXPECT_TRUE(handler_.ended.back().record.is(FlowRecord::kFlagContinued));
  EXPECT_EQ(packets, 21U);
}

TEST_F(FlowTableTest, AfterAnActiveTimeoutAFlowIsStillOneThatWasAnswered) {
  make(1024);
  see(packet(1, true, at(0)));
  see(packet(2, true, at(0)));
  see(packet(1, false, at(1)));
  for (int second = 40; second <= 320; second += 40)
    for (const std::uint32_t flow : {1U, 2U}) see(packet(flow, true, at(second)));
  ASSERT_EQ(handler_.ended.size(), 2U);
  const FlowRecord& answered = *see(packet(1, true, at(330))).record;
  EXPECT_EQ(answered.packets[1], 0U);
  EXPECT_TRUE(answered.is(FlowRecord::kFlagAnswered));
  EXPECT_FALSE(see(packet(2, true, at(330))).record->is(FlowRecord::kFlagAnswered));
}

TEST_F(FlowTableTest, TheMomentOfASweepChangesNoRecord) {
  const auto run = [&](bool sweep) {
    handler_.ended.clear();
    make(256);
    for (int i = 0; i < 400; ++i) {
      for (std::uint32_t flow = 0; flow < 40; ++flow)
        if ((i * 7 + flow * 13) % (flow + 3) == 0) see(packet(flow, (i + flow) % 2 == 0, at(i * 2.0)));
      if (sweep) table_->sweep(at(i * 2.0), 1000);
    }
    table_->flush(at(800));
    std::vector<std::string> records;
    for (const Ended& ended : handler_.ended)
      records.push_back(std::to_string(ended.record.key.lo_port) + " " +
                        std::to_string(ended.record.start_time.nanoseconds) + " " +
                        std::to_string(ended.record.packets_total()) + " " + end_reason_name(ended.reason));
    std::sort(records.begin(), records.end());
    return records;
  };
  const auto swept = run(true), unswept = run(false);
  EXPECT_GT(swept.size(), 40U);
  EXPECT_EQ(swept, unswept);
}

TEST_F(FlowTableTest, TcpEndsWithBothFinsAndSoaksUpTheLastAck) {
  make(1024);
  see(packet(1, true, at(0), kTcp, TcpFlags::kSyn));
  see(packet(1, false, at(0.1), kTcp, TcpFlags::kSyn | TcpFlags::kAck));
  see(packet(1, true, at(0.2), kTcp, TcpFlags::kAck));
  see(packet(1, true, at(1), kTcp, TcpFlags::kFin | TcpFlags::kAck));
  see(packet(1, false, at(1.1), kTcp, TcpFlags::kFin | TcpFlags::kAck));
  EXPECT_FALSE(see(packet(1, true, at(1.2), kTcp, TcpFlags::kAck)).created);
  table_->sweep(at(3), 1000);
  EXPECT_TRUE(handler_.ended.empty());
  table_->sweep(at(20), 1000);
  ASSERT_EQ(handler_.ended.size(), 1U);
  EXPECT_EQ(handler_.ended[0].reason, EndReason::kEndOfFlow);
  EXPECT_EQ(handler_.ended[0].record.packets_total(), 6U);
}

TEST_F(FlowTableTest, AClosedConnectionLeavesWhenItsLingerIsOverWithoutASweep) {
  make(1024);
  const auto close = [&](std::uint32_t flow, double second) {
    see(packet(flow, true, at(second), kTcp, TcpFlags::kSyn));
    see(packet(flow, false, at(second), kTcp, TcpFlags::kRst | TcpFlags::kAck));
  };
  close(1, 0);
  close(2, 1);
  see(packet(1, true, at(1.5), kTcp, TcpFlags::kAck));                     // its end moves: it waits behind flow 2
  const double linger = FlowTableOptions().tcp_end_timeout.seconds() + 5;  // and the reordering allowed
  table_->end_closed(at(1 + linger));
  EXPECT_TRUE(handler_.ended.empty());
  table_->end_closed(at(1.1 + linger));
  ASSERT_EQ(handler_.ended.size(), 1U);
  EXPECT_EQ(handler_.ended[0].record.key.lo_port, 2U);
  EXPECT_EQ(handler_.ended[0].reason, EndReason::kEndOfFlow);
  table_->end_closed(at(1.6 + linger));
  ASSERT_EQ(handler_.ended.size(), 2U);
  EXPECT_EQ(handler_.ended[1].record.packets_total(), 3U);
  EXPECT_EQ(table_->active_flows(), 0U);
}

TEST_F(FlowTableTest, MoreClosedConnectionsThanAreRememberedStillEnd) {
  make(200'000);
  constexpr std::uint32_t kFlows = 150'000;
  for (std::uint32_t flow = 0; flow < kFlows; ++flow) see(packet(flow, true, at(0), kTcp, TcpFlags::kRst));
  for (int i = 0; i < 10'000; ++i) table_->end_closed(at(100));
  EXPECT_GT(handler_.ended.size(), 0U);
  table_->sweep(at(100), 1'000'000);
  EXPECT_EQ(handler_.ended.size(), kFlows);
}

TEST_F(FlowTableTest, ANewSynOnAnEndedConnectionIsANewFlow) {
  make(1024);
  see(packet(1, true, at(0), kTcp, TcpFlags::kSyn));
  see(packet(1, false, at(0.1), kTcp, TcpFlags::kRst | TcpFlags::kAck));
  EXPECT_TRUE(see(packet(1, true, at(0.5), kTcp, TcpFlags::kSyn)).created);
  ASSERT_EQ(handler_.ended.size(), 1U);
  EXPECT_EQ(handler_.ended[0].reason, EndReason::kEndOfFlow);
}

TEST_F(FlowTableTest, ASynWithAnotherSequenceNumberIsANewFlow) {
  make(1024);
  see_tcp(packet(1, true, at(0), kTcp, TcpFlags::kSyn), 1000);
  EXPECT_FALSE(see_tcp(packet(1, true, at(1), kTcp, TcpFlags::kSyn), 1000).created);
  see_tcp(packet(1, false, at(1.1), kTcp, TcpFlags::kSyn | TcpFlags::kAck), 5000);
  see_tcp(packet(1, true, at(1.2), kTcp, TcpFlags::kAck), 1001);
  const auto reused = see_tcp(packet(1, true, at(20), kTcp, TcpFlags::kSyn), 777);
  EXPECT_TRUE(reused.created);
  ASSERT_EQ(handler_.ended.size(), 1U);
  EXPECT_EQ(handler_.ended[0].reason, EndReason::kEndOfFlow);
  EXPECT_EQ(handler_.ended[0].record.packets_total(), 4U);
  EXPECT_FALSE(table_->tcp_quality(*reused.record).counters_in_use());
}

TEST_F(FlowTableTest, ARefusedSynAgainBelongsToTheFlowThatWasRefused) {
  make(1024);
  see_tcp(packet(1, true, at(0), kTcp, TcpFlags::kSyn), 1000);
  see_tcp(packet(1, false, at(0.1), kTcp, TcpFlags::kRst | TcpFlags::kAck), 0, 1001);
  const auto again = see_tcp(packet(1, true, at(0.6), kTcp, TcpFlags::kSyn), 1000);
  EXPECT_FALSE(again.created);
  EXPECT_EQ(table_->tcp_counters(*again.record).of(0, TcpFinding::kRetransmission), 1U);
  EXPECT_TRUE(see_tcp(packet(1, true, at(1.1), kTcp, TcpFlags::kSyn), 2000).created);
}

TEST_F(FlowTableTest, AResetThatNobodyBelievesEndsNothing) {
  make(1024);
  see_tcp(packet(1, true, at(0), kTcp, TcpFlags::kSyn), 1000);
  see_tcp(packet(1, false, at(0.1), kTcp, TcpFlags::kSyn | TcpFlags::kAck), 5000, 1001);
  see_tcp(packet(1, true, at(0.2), kTcp, TcpFlags::kAck), 1001, 5001);
  const FlowTable::Update forged = see_tcp(packet(1, false, at(0.3), kTcp, TcpFlags::kRst), 0x50000000);
  EXPECT_EQ(forged.record->tcp_state & (TcpState::kReset | TcpState::kEnded), 0);
  EXPECT_FALSE(see_tcp(packet(1, true, at(5), kTcp, TcpFlags::kAck), 1101, 5001).created);
  EXPECT_TRUE(handler_.ended.empty());
  const FlowTable::Update real = see_tcp(packet(1, false, at(5.1), kTcp, TcpFlags::kRst), 5001);
  EXPECT_NE(real.record->tcp_state & TcpState::kEnded, 0);
  EXPECT_TRUE(see_tcp(packet(1, true, at(10), kTcp, TcpFlags::kAck), 1201).created);
}

TEST_F(FlowTableTest, TheActiveTimeoutKeepsWhatIsKnownOfAConversation) {
  make(1024);
  see_tcp(packet(1, true, at(0), kTcp, TcpFlags::kAck), 1000);
  for (int i = 0; i < 10; ++i) see_tcp(packet(1, true, at(1 + i * 30.0), kTcp, TcpFlags::kAck), 1000);
  const auto late = see_tcp(packet(1, true, at(301), kTcp, TcpFlags::kAck), 1000);
  ASSERT_EQ(handler_.ended.size(), 1U);
  EXPECT_EQ(handler_.ended[0].reason, EndReason::kActiveTimeout);
  EXPECT_EQ(table_->tcp_counters(*late.record).of(0, TcpFinding::kRetransmission), 1U);
}

TEST_F(FlowTableTest, ANewFlowInAnOldPlaceBeginsWithoutTheOldConversation) {
  make(1024);
  see_tcp(packet(1, true, at(0), kTcp, TcpFlags::kAck), 1000);
  const auto late = see_tcp(packet(1, true, at(61), kTcp, TcpFlags::kAck), 1000);
  EXPECT_TRUE(late.created);
  EXPECT_FALSE(table_->tcp_quality(*late.record).counters_in_use());
}

TEST_F(FlowTableTest, TheSynSenderIsTheInitiatorEvenWhenTheAnswerIsSeenFirst) {
  make(1024);
  const auto update = see(packet(1, false, at(0), kTcp, TcpFlags::kSyn | TcpFlags::kAck));
  EXPECT_EQ(update.record->forward(), Direction::kLoToHi);
}

TEST_F(FlowTableTest, AColdRecordIsTakenOnceAndGivenBack) {
  make(1024);
  std::vector<FlowRecord*> records;
  for (std::uint32_t flow = 0; flow < 5; ++flow) records.push_back(see(packet(flow, true, at(0))).record);
  for (std::uint32_t flow = 0; flow < 4; ++flow) {
    FlowDetail* detail = table_->detail(*records[flow]);
    ASSERT_NE(detail, nullptr);
    EXPECT_EQ(table_->detail(*records[flow]), detail);
    detail->short_server_name.assign("x");
  }
  EXPECT_EQ(table_->detail(*records[4]), nullptr);
  EXPECT_EQ(table_->details_refused(), 1U);
  table_->flush(at(1));
  EXPECT_EQ(table_->details_used(), 0U);
  FlowDetail* again = table_->detail(*see(packet(9, true, at(2))).record);
  ASSERT_NE(again, nullptr);
  EXPECT_TRUE(again->short_server_name.empty());
}

TEST_F(FlowTableTest, ANameIsKeptWholeWhateverItsLength) {
  make(1024);
  FlowDetail& detail = *table_->detail(*see(packet(1, true, at(0))).record);
  EXPECT_EQ(table_->server_name(detail), "");
  for (const std::size_t size : {63U, 64U, 255U, 1U, 200U, 100U}) {
    const std::string name(size, static_cast<char>('a' + size % 26));
    table_->set_server_name(detail, name);
    EXPECT_EQ(table_->server_name(detail), name);
    EXPECT_EQ(detail.attributes_index != kNoDetail || size <= 63, true);
  }
}

TEST_F(FlowTableTest, ALongNameIsCutWhereTextsHaveNoRoom) {
  make(1024);
  std::vector<FlowDetail*> details;
  for (std::uint32_t flow = 0; flow < 3; ++flow)
    details.push_back(table_->detail(*see(packet(flow, true, at(0))).record));
  const std::string name(250, 'n');  // takes 256 bytes: two of them are the pool's 512 bytes, and a half
  table_->set_server_name(*details[0], name);
  table_->set_attribute(*details[0], FlowAttribute::kHttpMethod, "GET");  // 512
  table_->set_server_name(*details[1], name);                             // what that left free
  table_->set_server_name(*details[2], name);
  EXPECT_EQ(table_->server_name(*details[1]), name);
  EXPECT_EQ(table_->server_name(*details[2]), name);
  EXPECT_EQ(table_->attributes_refused(), 0U);
  FlowDetail* last = table_->detail(*see(packet(3, true, at(0))).record);
  table_->set_server_name(*last, name);
  EXPECT_EQ(table_->server_name(*last), name.substr(0, 63));
  EXPECT_EQ(table_->attributes_refused(), 1U);
}

TEST_F(FlowTableTest, EndingAPinnedRecordAsksForThePendingAnalysisFirst) {
  make(1024);
  const PacketView first = packet(1, true, at(0));
  table_->update(first, nullptr);
  FlowTable::pin(*table_->update(packet(2, true, at(0)), nullptr).record);
  EXPECT_EQ(handler_.flushes, 0);
  table_->update(packet(1, true, at(100)), nullptr);
  EXPECT_EQ(handler_.flushes, 0);
  table_->update(packet(2, true, at(100)), nullptr);
  EXPECT_EQ(handler_.flushes, 1);
}

TEST_F(FlowTableTest, PacketTimesThatGoBackwardsEndNothing) {
  make(1024);
  see(packet(1, true, at(1000)));
  EXPECT_FALSE(see(packet(1, true, at(1))).created);
  EXPECT_TRUE(handler_.ended.empty());
}

TEST_F(FlowTableTest, CountsClosedConnectionsThatItsListCannotHoldAndASweepEndsThem) {
  constexpr std::uint32_t kTooMany = 10, kFlows = FlowTable::kClosedMax + kTooMany;
  make(std::size_t{kFlows} * 2);
  for (std::uint32_t flow = 0; flow < kFlows; ++flow) {
    see(packet(flow, true, at(0), kTcp, TcpFlags::kSyn));
    see(packet(flow, false, at(0), kTcp, TcpFlags::kRst | TcpFlags::kAck));
    see(packet(flow, false, at(0), kTcp, TcpFlags::kRst));  // closed already: no second entry
  }
  EXPECT_EQ(table_->closed_list_overflows(), kTooMany);
  for (std::size_t calls = 0; calls < kFlows; ++calls) table_->end_closed(at(30));
  EXPECT_EQ(handler_.ended.size(), FlowTable::kClosedMax);
  table_->sweep(at(30), table_->buckets_due(Duration::from_seconds(60)));
  EXPECT_EQ(handler_.ended.size(), kFlows);
  for (const Ended& one : handler_.ended) ASSERT_EQ(one.reason, EndReason::kEndOfFlow);
  EXPECT_EQ(table_->closed_list_overflows(), kTooMany);
}

}  // namespace
}  // namespace netpulse
