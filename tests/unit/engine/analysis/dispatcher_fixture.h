#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>

#include "engine/analysis/dispatcher.h"
#include "tests/unit/engine/analysis/toy_analyzers.h"

namespace netpulse {

using namespace toys;  // NOLINT(google-build-using-namespace): the dispatcher's tests are about them

inline constexpr HashSeed kDispatcherSeed = HashSeed::fixed(9);

inline constexpr const char* kCatalogueText = R"(
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

/// A dispatcher with the toy analyzers and a table, fed packet by packet.
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
    dispatcher_ = std::make_unique<Dispatcher>(*plan_, options, Dispatcher::NameCollection{true, 100, 4},
                                               kDispatcherSeed, *metrics_, *windows_);
    table_ = std::make_unique<FlowTable>(table_options, kDispatcherSeed, *this, Duration{});
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
    view.hash = keyed_hash_48(&view.key, kDispatcherSeed);
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
    if (created && overloaded_) dispatcher_->skip_analysis(view, *record);
    if (record->is(FlowRecord::kFlagAccounted)) dispatcher_->account(view, *record);
    if (Dispatcher::wants(view, *record, created)) dispatcher_->analyze(view, *record, created);
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

  bool overloaded_ = false;  // new flows: OverloadLevel::kSkipAnalysis
  std::int64_t time_ = 1000;
  IpAddress server_ = *IpAddress::parse("192.0.2.7");
  std::optional<Catalogue> catalogue_;
  std::optional<AnalysisPlan> plan_;
  std::unique_ptr<WorkerMetrics> metrics_;
  std::unique_ptr<WindowMeter> windows_;
  std::unique_ptr<Dispatcher> dispatcher_;
  std::unique_ptr<FlowTable> table_;
};

}  // namespace netpulse
