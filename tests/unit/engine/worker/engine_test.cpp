#include "engine/worker/engine.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <tuple>
#include <vector>

#include "engine/base/cycles.h"
#include "engine/base/wall_clock.h"
#include "engine/metrics/sinks.h"
#include "engine/source/memory_source.h"
#include "engine/worker/name_exchange.h"
#include "plugins/registry.h"

namespace netpulse {
namespace {

/// An Ethernet frame with IPv4 and UDP. Hosts are 10.0.0.<n>.
std::vector<std::uint8_t> udp_frame(std::uint8_t src, std::uint16_t src_port, std::uint8_t dst, std::uint16_t dst_port,
                                    const std::vector<std::uint8_t>& payload) {
  const auto high = [](std::size_t value) { return static_cast<std::uint8_t>(value >> 8); };
  const auto low = [](std::size_t value) { return static_cast<std::uint8_t>(value); };
  const std::size_t udp_bytes = 8 + payload.size(), ip_bytes = 20 + udp_bytes;
  std::vector<std::uint8_t> frame{2, 0, 0, 0, 0, dst, 2, 0, 0, 0, 0, src, 8, 0};
  frame.insert(frame.end(),
               {0x45, 0, high(ip_bytes), low(ip_bytes), 0, 0, 0, 0, 64, 17, 0, 0, 10, 0, 0, src, 10, 0, 0, dst});
  frame.insert(frame.end(),
               {high(src_port), low(src_port), high(dst_port), low(dst_port), high(udp_bytes), low(udp_bytes), 0, 0});
  frame.insert(frame.end(), payload.begin(), payload.end());
  return frame;
}

/// The answer "NAME. A 10.0.0.<address>" (RFC 1035 section 4.1) with one label below .example.
std::vector<std::uint8_t> dns_answer(const std::string& label, std::uint8_t address) {
  std::vector<std::uint8_t> message{0, 1, 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0, static_cast<std::uint8_t>(label.size())};
  message.insert(message.end(), label.begin(), label.end());
  message.insert(message.end(), {7, 'e', 'x', 'a', 'm', 'p', 'l', 'e', 0, 0, 1, 0, 1});
  message.insert(message.end(), {0xc0, 12, 0, 1, 0, 1, 0, 0, 1, 0, 0, 4, 10, 0, 0, address});
  return message;
}

/// Keeps every record as text.
class TextSink final : public FlowSink {
 public:
  explicit TextSink(const Engine& engine) : engine_(engine) {}
  void write(std::span<const FinishedFlow* const> flows) override {
    for (const FinishedFlow* flow : flows) {
      const FlowRecord& r = flow->record;
      std::string text = std::to_string(r.flow_id) + " " + r.key.lo_addr.to_string() + ":" +
                         std::to_string(r.key.lo_port) + " " + r.key.hi_addr.to_string() + ":" +
                         std::to_string(r.key.hi_port) + " " + std::to_string(r.packets[0]) + "/" +
                         std::to_string(r.packets[1]) + " " + std::to_string(r.bytes_total()) + " " +
                         end_reason_name(flow->reason) + " " + engine_.names().protocols[r.protocol_id];
      if (flow->has_detail) text += " " + std::string(flow->server_name());
      records.push_back(std::move(text));
      packets += r.packets_total();
    }
  }
  void flush() override {}
  ExporterCounters counters() const override { return {records.size(), 0}; }
  std::string_view name() const override { return "text"; }

  std::vector<std::string> records;
  std::uint64_t packets = 0;

 private:
  const Engine& engine_;
};

class EngineTest : public ::testing::Test {
 protected:
  EngineTest() {
    const Catalogue::Text text{"test",
                               "[[application]]\nname = \"DNS\"\ncategory = \"Network\"\nprotocols = [\"dns\"]\n"};
    Result<Catalogue> catalogue = Catalogue::parse({&text, 1});
    EXPECT_TRUE(catalogue.ok());
    catalogue_.emplace(std::move(catalogue).value());
  }

  /// 40 clients that ask for names and then talk to the addresses they were told, with pauses longer than the idle
  /// timeout in between; later answers rename addresses.
  static std::unique_ptr<MemorySource> conversation() {
    auto source = std::make_unique<MemorySource>();
    std::int64_t milliseconds = 1'700'000'000'000;
    const auto add = [&](const std::vector<std::uint8_t>& frame) {
      source->add(frame, Timestamp{} + Duration::from_milliseconds(milliseconds));
      milliseconds += 3;
    };
    for (int round = 0; round < 12; ++round) {
      for (int n = 0; n < 40; ++n) {
        const auto client = static_cast<std::uint8_t>(10 + n), server = static_cast<std::uint8_t>(100 + n % 20);
        const auto port = static_cast<std::uint16_t>(20000 + n);
        const auto talk = [&](int count) {
          for (int i = 0; i < count; ++i) {
            add(udp_frame(client, port, server, 9000, {1, 2, 3}));
            add(udp_frame(server, 9000, client, port, {4, 5, 6, 7}));
          }
        };
        if (n % 3 == 0) talk(1);
        add(udp_frame(2, 53, client, port, dns_answer("s" + std::to_string((n + round) % 7), server)));
        talk(n % 4 + 1);
      }
      milliseconds += round % 3 == 0 ? 70'000 : 1'000;
      if (round == 8) milliseconds -= 3'600'000;  // the next file was recorded an hour earlier
    }
    const std::vector<std::uint8_t> arp{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0, 1, 8, 6, 0, 1};
    for (int i = 0; i < 10; ++i) add(arp);
    add({1, 2, 3});  // not even an Ethernet header
    return source;
  }

  struct Outcome {
    RunReport report;
    std::vector<std::string> records;
    std::uint64_t record_packets;
  };
  Outcome run(std::size_t workers, EngineOptions options = {}) {
    options.worker_count = workers;
    options.collect_names = true;
    Result<AnalysisPlan> plan = AnalysisPlan::build(registered_analyzers(), *catalogue_);
    EXPECT_TRUE(plan.ok());
    std::vector<std::unique_ptr<PacketSource>> sources;
    sources.push_back(conversation());
    Engine engine(options, std::move(sources), std::move(plan).value(), {});
    TextSink sink(engine);
    engine.add_flow_sink(sink);
    engine.start();
    Outcome outcome{engine.wait(), std::move(sink.records), sink.packets};
    std::sort(outcome.records.begin(), outcome.records.end());
    return outcome;
  }

  std::optional<Catalogue> catalogue_;
};

TEST_F(EngineTest, TheNumberOfWorkersChangesNoRecord) {
  const Outcome one = run(1);
  EXPECT_GT(one.records.size(), 100U);
  const auto named = std::count_if(one.records.begin(), one.records.end(), [](const std::string& record) {
    return record.find(".example") != std::string::npos;
  });
  EXPECT_GT(named, 40);
  for (const std::size_t workers : {2, 4, 7}) EXPECT_EQ(run(workers).records, one.records) << workers << " workers";
}

TEST_F(EngineTest, TheNumberOfWorkersChangesNoTotal) {
  const WorkerMetrics& one = run(1).report.metrics.total;
  const WorkerMetrics& four = run(4).report.metrics.total;
  EXPECT_EQ(one.received_packets, four.received_packets);
  EXPECT_EQ(one.wire_bytes, four.wire_bytes);
  EXPECT_EQ(one.network_packets, four.network_packets);
  EXPECT_EQ(one.flows_created, four.flows_created);
  EXPECT_EQ(one.flows_ended, four.flows_ended);
  EXPECT_EQ(one.plugin_counters, four.plugin_counters);
  for (std::size_t i = 0; i < kApplicationsMax; ++i)
    EXPECT_EQ(one.applications[i].total().bytes, four.applications[i].total().bytes);
}

TEST_F(EngineTest, TheNumberOfWorkersChangesNoThroughput) {
  const RunReport one = run(1).report;
  const ThroughputFigures& expected = one.metrics.throughput;
  ASSERT_EQ(expected.keys.size(), std::size_t{RateKey::kCount});
  EXPECT_GT(expected.of(RateKey::kTotal).peak_packets, 100U);
  EXPECT_GT(expected.of(RateKey::kGoodput).peak_bytes, 0U);
  EXPECT_GT(expected.of(RateKey::kApplications + 1).peak_bytes, 0U) << "DNS";
  for (const std::size_t workers : {2, 4, 7}) {
    const RunReport report = run(workers).report;
    const ThroughputFigures& figures = report.metrics.throughput;
    EXPECT_EQ(figures.has_current, expected.has_current);
    EXPECT_EQ(figures.current_second, expected.current_second);
    for (std::size_t key = 0; key < RateKey::kCount; ++key) {
      const RateFigures a = figures.of(key), b = expected.of(key);
      EXPECT_EQ(std::tie(a.current.packets, a.current.bytes, a.peak_bytes, a.peak_second, a.peak_packets),
                std::tie(b.current.packets, b.current.bytes, b.peak_bytes, b.peak_second, b.peak_packets))
          << "key " << key << ", " << workers << " workers";
    }
    EXPECT_EQ(report.metrics.total.losses[static_cast<std::size_t>(LossReason::kThroughputFull)], 0U);
  }
}

TEST_F(EngineTest, EveryPacketGoesOneWayAndEveryWayHasItsProtocols) {
  const WorkerMetrics& total = run(3).report.metrics.total;
  TrafficAmount all;
  for (std::size_t way = 0; way < kTrafficDirectionCount; ++way)
    all += total.traffic(static_cast<TrafficDirection>(way));
  EXPECT_EQ(all.packets, total.received_packets);
  EXPECT_EQ(all.bytes, total.wire_bytes);
  EXPECT_EQ(total.traffic(TrafficDirection::kNone).packets, 11U) << "ten ARP, one that is none";
  EXPECT_EQ(total.traffic(TrafficDirection::kLocal).packets, total.received_packets - 11);
  EXPECT_EQ(total.undecided.total().packets, 0U);
  EXPECT_EQ(total.unique_payload_bytes(), total.payload_bytes[static_cast<std::size_t>(TrafficDirection::kLocal)]);
}

TEST_F(EngineTest, HomeDecidesWhichWayTrafficGoes) {
  EngineOptions options;
  options.home = HomeNetworks({AddressPrefix::parse("10.0.0.0/26").value()});  // the clients and the resolver
  const WorkerMetrics& total = run(2, options).report.metrics.total;
  EXPECT_GT(total.traffic(TrafficDirection::kOut).packets, 0U);
  EXPECT_GT(total.traffic(TrafficDirection::kIn).packets, 0U);
  EXPECT_GT(total.traffic(TrafficDirection::kLocal).packets, 0U) << "DNS";
  EXPECT_EQ(total.traffic(TrafficDirection::kTransit).packets, 0U);
  // Clients send three bytes and get four: 45 and 46 bytes on the wire.
  const TrafficAmount in = total.traffic(TrafficDirection::kIn), out = total.traffic(TrafficDirection::kOut);
  EXPECT_EQ(in.packets, out.packets);
  EXPECT_EQ(out.bytes, out.packets * 45);
  EXPECT_EQ(in.bytes, in.packets * 46);
  EXPECT_EQ(total.unique_payload_bytes(TrafficDirection::kIn), in.packets * 4);
}

TEST_F(EngineTest, EveryPacketIsProcessedOrRefusedForAReason) {
  for (const std::size_t workers : {1, 3}) {
    const Outcome outcome = run(workers);
    const WorkerMetrics& total = outcome.report.metrics.total;
    std::uint64_t by_network = 0, by_status = 0, ended = 0;
    for (const std::uint64_t packets : total.network_packets) by_network += packets;
    for (const std::uint64_t packets : total.decode_status) by_status += packets;
    for (const std::uint64_t flows : total.flows_ended) ended += flows;
    EXPECT_EQ(outcome.report.metrics.sources.at(0).stats.received_packets, total.received_packets);
    EXPECT_EQ(total.received_packets, by_network);
    EXPECT_EQ(total.received_packets, by_status);
    EXPECT_EQ(total.decode_status[static_cast<std::size_t>(DecodeStatus::kLinkTruncated)], 1U);
    // Records: made = exported, and every packet with a flow is in exactly one of them.
    EXPECT_EQ(ended, total.flows_created);
    EXPECT_EQ(outcome.records.size(), total.flow_records_exported);
    EXPECT_EQ(outcome.record_packets, total.network_packets[static_cast<std::size_t>(NetworkLayer::kIpv4)]);
    TrafficCounters applications;
    for (std::size_t i = 0; i < kApplicationsMax; ++i) applications += total.application_traffic(i);
    EXPECT_EQ(applications.packets, outcome.record_packets);
    EXPECT_EQ(applications.flows, total.flows_created);
  }
}

TEST_F(EngineTest, ASmallTableEvictsAndStillLosesNoPacketUnknowingly) {
  EngineOptions options;
  options.flow_table.flows_max = 16;
  const Outcome outcome = run(1, options);
  const WorkerMetrics& total = outcome.report.metrics.total;
  EXPECT_GT(total.flows_ended[static_cast<std::size_t>(EndReason::kLackOfResources)], 0U);
  EXPECT_EQ(outcome.record_packets + total.losses[static_cast<std::size_t>(LossReason::kFlowTableFull)],
            total.network_packets[static_cast<std::size_t>(NetworkLayer::kIpv4)]);
  EXPECT_EQ(total.interfaces[0].untracked_packets, total.losses[static_cast<std::size_t>(LossReason::kFlowTableFull)]);
}

TEST_F(EngineTest, ListsNamesAndTopTalkers) {
  const RunReport report = run(2).report;
  const auto list = std::find_if(report.names.begin(), report.names.end(),
                                 [](const NameList& names) { return names.name == "dns_query"; });
  ASSERT_NE(list, report.names.end());
  EXPECT_EQ(list->values.size(), 7U);
  EXPECT_EQ(list->values[0], "s0.example");
  ASSERT_EQ(report.top_hosts.size(), 10U);
  EXPECT_GE(report.top_hosts[0].traffic.bytes, report.top_hosts[1].traffic.bytes);
  EXPECT_TRUE(report.source_errors.empty());
  EXPECT_EQ(report.metrics.names->interfaces, std::vector<std::string>{"memory"});
}

TEST_F(EngineTest, AnnouncedMediaAreKnownByTheirFirstPacketWhateverTheNumberOfWorkers) {
  constexpr std::uint8_t kCalls = 60;
  const auto media_flows = [this](std::size_t workers, std::uint16_t sip_port) {
    Result<AnalysisPlan> plan = AnalysisPlan::build(registered_analyzers(), *catalogue_);
    EXPECT_TRUE(plan.ok());
    auto source = std::make_unique<MemorySource>();
    for (std::uint8_t call = 0; call < kCalls; ++call) {
      const std::uint8_t caller = 1, callee = static_cast<std::uint8_t>(100 + call);
      const std::uint16_t port = static_cast<std::uint16_t>(30000 + call);
      const std::string ok = "SIP/2.0 200 OK\r\n\r\nv=0\r\nc=IN IP4 10.0.0." + std::to_string(callee) + "\r\nm=audio " +
                             std::to_string(port) + " RTP/AVP 0\r\n";
      source->add(udp_frame(callee, sip_port, caller, 6000, {ok.begin(), ok.end()}), Timestamp{1000 + call});
      source->add(udp_frame(caller, 40000, callee, port, {0x80, 0, 0, 1, 0, 0, 0, 0, 1, 2, 3, 4, 5}),
                  Timestamp{1000 + call});
    }
    std::vector<std::unique_ptr<PacketSource>> sources;
    sources.push_back(std::move(source));
    EngineOptions options;
    options.worker_count = workers;
    Engine engine(options, std::move(sources), std::move(plan).value(), {});
    engine.start();
    const RunReport report = engine.wait();
    const auto& protocols = engine.names().protocols;
    const auto rtp = std::find(protocols.begin(), protocols.end(), "rtp") - protocols.begin();
    return report.metrics.total.protocol_flows[static_cast<std::size_t>(rtp)];
  };
  for (const std::size_t workers : {1, 2, 5}) {
    EXPECT_EQ(media_flows(workers, 5060), kCalls) << workers << " workers";
    EXPECT_EQ(media_flows(workers, 5998), 0U) << "a port that does not teach; " << workers << " workers";
  }
}

TEST_F(EngineTest, AnswersThatOneWorkerAloneWouldSeeNameNothing) {
  constexpr std::uint8_t kClients = 60;
  const auto named_flows = [this](std::size_t workers, std::uint16_t src_port, std::uint16_t dst_port) {
    Result<AnalysisPlan> plan = AnalysisPlan::build(registered_analyzers(), *catalogue_);
    EXPECT_TRUE(plan.ok());
    auto source = std::make_unique<MemorySource>();
    for (std::uint8_t i = 0; i < kClients; ++i) {
      const std::uint8_t client = static_cast<std::uint8_t>(10 + i), server = static_cast<std::uint8_t>(100 + i);
      source->add(udp_frame(2, src_port, client, dst_port, dns_answer("shop", server)), Timestamp{1000 + i});
      source->add(udp_frame(client, 20000, server, 9000, {1, 2, 3}), Timestamp{1000 + i});
    }
    std::vector<std::unique_ptr<PacketSource>> sources;
    sources.push_back(std::move(source));
    EngineOptions options;
    options.worker_count = workers;
    Engine engine(options, std::move(sources), std::move(plan).value(), {});
    TextSink sink(engine);
    engine.add_flow_sink(sink);
    engine.start();
    engine.wait();
    return std::count_if(sink.records.begin(), sink.records.end(),
                         [](const std::string& record) { return record.ends_with("shop.example"); });
  };
  for (const std::size_t workers : {1, 4}) {
    EXPECT_EQ(named_flows(workers, 53, 30000), kClients) << workers << " workers";
    EXPECT_EQ(named_flows(workers, 30000, 53), 0) << "from a client's port; " << workers << " workers";
  }
}

TEST_F(EngineTest, CountsNamesThatAnotherWorkerWasNotTold) {
  Result<AnalysisPlan> plan = AnalysisPlan::build(registered_analyzers(), *catalogue_);
  ASSERT_TRUE(plan.ok());
  constexpr std::uint64_t kAnswers = 2000;
  auto answers = std::make_unique<MemorySource>();
  for (std::uint64_t i = 0; i < kAnswers; ++i)
    answers->add(udp_frame(2, 53, 10, 20000, dns_answer("s" + std::to_string(i), 100)), Timestamp{1});
  std::vector<std::unique_ptr<PacketSource>> sources;
  sources.push_back(std::move(answers));
  // Its worker looks into its inbox once, and is done.
  sources.push_back(std::make_unique<MemorySource>());
  EngineOptions options;
  options.worker_count = 2;
  Engine engine(options, std::move(sources), std::move(plan).value(), {});
  engine.start();
  const RunReport report = engine.wait();
  const auto reason = static_cast<std::size_t>(LossReason::kNameExchangeFull);
  EXPECT_GE(report.metrics.workers.at(0).losses[reason], kAnswers - 2 * NameExchange::kRingNames);
  EXPECT_LE(report.metrics.workers.at(0).losses[reason], kAnswers - NameExchange::kRingNames);
  EXPECT_EQ(report.metrics.workers.at(1).losses[reason], 0U);
  EXPECT_EQ(report.metrics.total.losses[reason], report.metrics.workers.at(0).losses[reason]);
}

TEST_F(EngineTest, CountsEachInterfaceOnItsOwnWhateverTheNumberOfWorkers) {
  for (const std::size_t workers : {1, 3}) {
    Result<AnalysisPlan> plan = AnalysisPlan::build(registered_analyzers(), *catalogue_);
    ASSERT_TRUE(plan.ok());
    auto source = std::make_unique<MemorySource>();
    for (std::uint8_t i = 0; i < 200; ++i) {
      // Three on interface 0, one on 1, one on the last that has a place of its own, and one beyond.
      constexpr std::array<std::uint16_t, 6> kIndices{0, 0, 1, 0, kInterfacesMax - 1, 60'000};
      for (const std::uint16_t index : kIndices) source->add(udp_frame(i, 1, 2, 9, {1}), Timestamp{1}, 1, 100, index);
    }
    source->add({{1, 2, 3}}, Timestamp{1}, 1, 0, 1);
    std::vector<std::unique_ptr<PacketSource>> sources;
    sources.push_back(std::move(source));
    EngineOptions options;
    options.worker_count = workers;
    Engine engine(options, std::move(sources), std::move(plan).value(), {});
    engine.start();
    const RunReport report = engine.wait();
    const auto& interfaces = report.metrics.total.interfaces;
    EXPECT_EQ(interfaces[0].received_packets, 600U);
    EXPECT_EQ(interfaces[0].wire_bytes, 60'000U);
    EXPECT_EQ(interfaces[0].captured_bytes, 600U * 43);
    EXPECT_EQ(interfaces[1].received_packets, 201U);
    EXPECT_EQ(interfaces[1].refused_packets[static_cast<std::size_t>(DecodeStatus::kLinkTruncated)], 1U);
    EXPECT_EQ(interfaces[kInterfacesMax - 1].received_packets, 400U);
    InterfaceMetrics sum;
    for (const InterfaceMetrics& interface : interfaces) sum.add(interface);
    EXPECT_EQ(sum.received_packets, report.metrics.total.received_packets);
    EXPECT_EQ(sum.wire_bytes, report.metrics.total.wire_bytes);
    EXPECT_EQ(sum.captured_bytes, report.metrics.total.captured_bytes);
  }
}

TEST_F(EngineTest, FlowsOfSeveralSourcesHaveNumbersOfTheirOwn) {
  Result<AnalysisPlan> plan = AnalysisPlan::build(registered_analyzers(), *catalogue_);
  ASSERT_TRUE(plan.ok());
  std::vector<std::unique_ptr<PacketSource>> sources;
  sources.push_back(conversation());
  sources.push_back(conversation());
  EngineOptions options;
  options.worker_count = 2;
  Engine engine(options, std::move(sources), std::move(plan).value(), {});
  TextSink sink(engine);
  engine.add_flow_sink(sink);
  engine.start();
  engine.wait();
  std::map<std::string, int> records_by_number;
  for (const std::string& record : sink.records) ++records_by_number[record.substr(0, record.find(' '))];
  EXPECT_GT(sink.records.size(), 200U);
  EXPECT_EQ(records_by_number.size(), sink.records.size());
}

TEST_F(EngineTest, ARunCanBeStoppedInTheMiddle) {
  Result<AnalysisPlan> plan = AnalysisPlan::build(registered_analyzers(), *catalogue_);
  ASSERT_TRUE(plan.ok());
  auto source = conversation();
  source->repeat(1'000'000, Duration::from_seconds(1000));
  std::vector<std::unique_ptr<PacketSource>> sources;
  sources.push_back(std::move(source));
  EngineOptions options;
  options.worker_count = 2;
  Engine engine(options, std::move(sources), std::move(plan).value(), {});
  engine.start();
  engine.request_stop();
  const RunReport report = engine.wait();
  EXPECT_TRUE(engine.finished());
  EXPECT_EQ(report.metrics.sources.at(0).stats.received_packets, report.metrics.total.received_packets);
}

/// Live, with no packets; hangs in its tenth poll.
class HangingSource final : public PacketSource {
 public:
  PollResult poll(std::span<RawPacket>) noexcept override {
    std::this_thread::sleep_for(std::chrono::milliseconds(++polls_ == 10 ? 900 : 1));
    return {0, PollStatus::kOk, wall_clock_now()};
  }
  void release(std::span<const RawPacket>) noexcept override {}
  SourceStats stats() const noexcept override { return {}; }
  std::string error() const override { return {}; }
  std::vector<std::string> interfaces() const override { return {"hang0"}; }
  bool can_wait() const noexcept override { return false; }

 private:
  int polls_ = 0;
};

TEST_F(EngineTest, AWorkerWhoseSourceHangsIsNamedAndGoesOn) {
  Result<AnalysisPlan> plan = AnalysisPlan::build(registered_analyzers(), *catalogue_);
  ASSERT_TRUE(plan.ok());
  std::vector<std::unique_ptr<PacketSource>> sources;
  sources.push_back(std::make_unique<HangingSource>());
  Engine engine({}, std::move(sources), std::move(plan).value(), {"hang0"});
  engine.start();
  std::vector<std::string> news;
  for (int i = 0; i < 300 && news.size() < 2; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    for (std::string& message : engine.watch()) news.push_back(std::move(message));
  }
  engine.request_stop();
  const WorkerMetrics total = engine.wait().metrics.total;
  ASSERT_EQ(news.size(), 2U);
  EXPECT_EQ(news[0].find("worker 0 has not come round for"), 0U) << news[0];
  EXPECT_EQ(news[1].find("worker 0 goes on"), 0U) << news[1];
  EXPECT_GE(total.stalls, 1U);
  EXPECT_GT(static_cast<double>(total.stalled_cycles), 0.8 * cycles_per_second());
}

}  // namespace
}  // namespace netpulse
