#include "engine/analysis/dispatcher.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/unit/engine/analysis/toy_analyzers.h"

namespace netpulse {
namespace {

constexpr HashSeed kSeed = HashSeed::fixed(9);
using namespace toys;  // NOLINT(google-build-using-namespace): this file is about them

constexpr const char* kCatalogueText = R"(
[[application]]
name = "Shop"
category = "Shopping"
domains = ["shop.example"]

[[application]]
name = "Echo service"
category = "Infrastructure"
ports = ["tcp/7"]

[[application]]
name = "Teaching"
category = "Infrastructure"
protocols = ["teacher"]

[[application]]
name = "Secure teaching"
category = "Infrastructure"
protocols = ["teacher/5300"]

[[application]]
name = "Fickle line"
category = "Infrastructure"
protocols = ["line/7004"]

[[application]]
name = "Data centre"
category = "Infrastructure"
addresses = ["198.51.100.0/24"]

[[application]]
name = "Ping"
category = "Infrastructure"
ports = ["ip/1"]
)";

class DispatcherTest : public ::testing::Test, public FlowEndHandler {
 protected:
  DispatcherTest() {
    const Catalogue::Text text{"test", kCatalogueText};
    Result<Catalogue> catalogue = Catalogue::parse({&text, 1});
    EXPECT_TRUE(catalogue.ok()) << catalogue.error().message;
    catalogue_.emplace(std::move(catalogue).value());
    Result<AnalysisPlan> plan = AnalysisPlan::build(kAnalyzers, *catalogue_);
    EXPECT_TRUE(plan.ok());
    plan_.emplace(std::move(plan).value());
    make({});
  }

  void make(AnalysisOptions options, std::size_t details_max = 256) {
    FlowTableOptions table_options;
    table_options.flows_max = 1024;
    table_options.details_max = details_max;
    metrics_ = std::make_unique<WorkerMetrics>();
    windows_ = std::make_unique<WindowMeter>(*metrics_, false, nullptr);
    dispatcher_ = std::make_unique<Dispatcher>(*plan_, options, Dispatcher::NameCollection{true, 100, 4}, kSeed,
                                               *metrics_, *windows_);
    table_ = std::make_unique<FlowTable>(table_options, kSeed, *this, Duration{});
    dispatcher_->attach(*table_);
  }

  void on_flow_end(FlowRecord& record, FlowDetail* detail, EndReason) noexcept override {
    dispatcher_->conclude(record, detail);
  }
  void before_flow_end() noexcept override {}

  /// A packet of flow number `flow`: 10.0.0.1:(40000 + flow) and 192.0.2.7:port.
  FlowRecord& see(std::uint32_t flow, std::uint16_t port, bool from_client, std::string_view payload,
                  std::uint32_t seq = 0, std::uint8_t protocol = kTcp, std::uint8_t flags = TcpFlags::kAck,
                  std::uint8_t view_flags = 0) {
    PacketView view;
    view.key.lo_addr = *IpAddress::parse("10.0.0.1");
    view.key.hi_addr = server_;
    view.key.lo_port = static_cast<std::uint16_t>(40000 + flow);
    view.key.hi_port = port;
    view.key.protocol = protocol;
    view.key.ip_version = 4;
    view.hash = keyed_hash_48(&view.key, kSeed);
    view.received_at = {++time_ * 1'000'000};
    view.wire_bytes = static_cast<std::uint32_t>(60 + payload.size());
    view.payload_data = as_bytes(payload).data();
    view.payload_bytes = view.payload_captured_bytes = static_cast<std::uint32_t>(payload.size());
    view.direction = from_client ? Direction::kLoToHi : Direction::kHiToLo;
    view.transport = protocol == kTcp ? TransportLayer::kTcp : TransportLayer::kUdp;
    view.tcp_seq = seq;
    view.tcp_flags = protocol == kTcp ? flags : 0;
    view.flags = view_flags;
    view.number = static_cast<std::uint64_t>(time_);
    const auto [record, created] = table_->update(view, nullptr);
    if (record->is(FlowRecord::kFlagAccounted)) dispatcher_->account(view, *record);
    if (Dispatcher::wants(view, *record, created)) dispatcher_->analyze(view, *record, created);
    FlowTable::unpin(*record);
    return *record;
  }
  std::string name_of(const FlowRecord& record) {
    const FlowDetail* detail = table_->detail_if_any(record);
    return detail == nullptr ? "" : std::string(table_->server_name(*detail));
  }
  std::string application_of(const FlowRecord& record) { return catalogue_->applications()[record.application].name; }
  bool done(const FlowRecord& record) {
    return record.analysis_state == static_cast<std::uint8_t>(AnalysisState::kDone);
  }

  std::int64_t time_ = 1000;
  IpAddress server_ = *IpAddress::parse("192.0.2.7");
  std::optional<Catalogue> catalogue_;
  std::optional<AnalysisPlan> plan_;
  std::unique_ptr<WorkerMetrics> metrics_;
  std::unique_ptr<WindowMeter> windows_;
  std::unique_ptr<Dispatcher> dispatcher_;
  std::unique_ptr<FlowTable> table_;
};

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
  EXPECT_EQ(metrics_->losses[static_cast<std::size_t>(LossReason::kReportRowsFull)], 2U);
  see(9, 0x28, true, "bye", 0, kUdp, 0, PacketView::kFlagShadow);
  EXPECT_EQ(metrics_->losses[static_cast<std::size_t>(LossReason::kReportRowsFull)], 2U);
}

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

TEST_F(DispatcherTest, AFlowHandedOverToNobodyKeepsItsProtocol) {
  see(1, 7001, true, "GO\n", 0);
  const FlowRecord& flow = see(1, 7001, false, "OK\n", 0);
  for (std::uint32_t i = 0; i < 8; ++i) see(1, 7001, true, "who knows what", 3 + 14 * i);
  EXPECT_TRUE(done(flow));
  EXPECT_EQ(flow.protocol_id, kUpgrade);
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

TEST_F(DispatcherTest, AnAnalyzerCountsAtTheEndWhatItKeptBetweenFlows) {
  see(1, 7002, true, "?", 0, kUdp);
  see(2, 7002, true, "?", 0, kUdp);
  dispatcher_->advance({std::int64_t{time_} * 1'000'000'000});
  EXPECT_EQ(metrics_->plugin_counters[plan_->counter_base(kPuzzle) + 2], 0U);
  dispatcher_->finish({std::int64_t{time_} * 1'000'000'000});
  EXPECT_EQ(metrics_->plugin_counters[plan_->counter_base(kPuzzle) + 2], 2U);
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

TEST_F(DispatcherTest, NamesAreListedOnceForTheReport) {
  for (std::uint32_t flow = 0; flow < 5; ++flow) see(flow, 9999, true, "NAME www.shop.example\n");
  ASSERT_EQ(dispatcher_->name_sets().size(), 1U);
  EXPECT_EQ(dispatcher_->name_sets()[0].names(), std::vector<std::string_view>{"www.shop.example"});
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
