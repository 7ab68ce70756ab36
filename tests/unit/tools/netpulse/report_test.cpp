#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>

#include "tests/unit/sample_flow.h"
#include "tools/netpulse/json_report.h"
#include "tools/netpulse/progress.h"
#include "tools/netpulse/table.h"
#include "tools/netpulse/text_report.h"

namespace netpulse {
namespace {

using nlohmann::json;

constexpr MetricDescription kCounters[] = {{"netpulse_dns_responses_total", "", "rcode", "NOERROR"},
                                           {"netpulse_tls_handshakes_total", "", "version", "1.3", "sni", "visible"},
                                           {"netpulse_dns_responses_total", "", "rcode", "NXDOMAIN"},
                                           {"netpulse_dns_malformed_total", ""}};
constexpr MetricDescription kHistograms[] = {{"netpulse_dns_latency_seconds", ""}};

RunReport sample_report() {
  RunNames names = sample_names();
  names.counters.assign(std::begin(kCounters), std::end(kCounters));
  names.histograms.assign(std::begin(kHistograms), std::end(kHistograms));
  names.exporters = {"jsonl"};
  names.interfaces = {"eth0"};
  RunReport report;
  report.metrics.names = std::make_shared<const RunNames>(names);
  report.metrics.sources.resize(1);
  report.metrics.exporters.push_back({40, 2});
  WorkerMetrics& total = report.metrics.total;
  total.received_packets = 1000;
  total.wire_bytes = 500'000;
  total.captured_bytes = 400'000;
  total.network_packets[static_cast<std::size_t>(NetworkLayer::kIpv4)] = 990;
  total.network_packets[static_cast<std::size_t>(NetworkLayer::kArp)] = 10;
  total.transport_packets[static_cast<std::size_t>(TransportLayer::kTcp)] = 900;
  total.transport_packets[static_cast<std::size_t>(TransportLayer::kUdp)] = 90;
  total.first_packet_time = {1'714'564'800'000'000'000};
  total.last_packet_time = {1'714'564'810'000'000'000};
  total.flows_created = 42;
  total.flows_ended[static_cast<std::size_t>(EndReason::kEndOfFlow)] = 40;
  total.flows_ended[static_cast<std::size_t>(EndReason::kForcedEnd)] = 2;
  total.applications[0].of(TrafficDirection::kLocal) = {100, 50'000};
  total.applications[1].of(TrafficDirection::kIn) = {500, 400'000};
  total.applications[1].of(TrafficDirection::kOut) = {390, 40'000};
  total.protocols[1] = total.applications[1];
  total.application_flows[0] = 2;
  total.application_flows[1] = total.protocol_flows[1] = 39;
  total.plugin_counters[0] = 7;
  total.plugin_counters[1] = 5;
  total.plugin_counters[3] = 1;
  total.plugin_histograms[0].observe(Duration::from_milliseconds(10));
  total.tcp_findings[static_cast<std::size_t>(TcpFinding::kRetransmission)] = 9;
  total.tcp_findings[static_cast<std::size_t>(TcpFinding::kFastRetransmission)] = 2;
  total.tcp_findings[static_cast<std::size_t>(TcpFinding::kZeroWindow)] = 1;
  total.tcp_findings[static_cast<std::size_t>(TcpFinding::kSuperFrame)] = 4;
  total.tcp_super_frame_segments = 90;
  total.tcp_rtt.observe(Duration::from_milliseconds(20));
  total.flow_directions[WorkerMetrics::index_of(FlowProtocol::kTcp, FlowDirections::kBoth)] = 30;
  total.flow_directions[WorkerMetrics::index_of(FlowProtocol::kTcp, FlowDirections::kOneWay)] = 5;
  total.flow_directions[WorkerMetrics::index_of(FlowProtocol::kUdp, FlowDirections::kMulticast)] = 7;
  total.tcp_midstream_flows = 3;
  total.encrypted_bytes = 300;
  total.cleartext_bytes = 100;
  names.regions = {"unknown", "SE", "NO"};
  names.region_names = {"unknown", "Sweden", "Norway"};
  report.metrics.names = std::make_shared<const RunNames>(names);
  report.metrics.regions = {{10, 1000, 2}, {20, 3000, 4}, {}};
  report.top_networks = {{"AS64500 Example", {20, 3000, 4}}};
  report.names = {{"tls_server_name", {"a.example", "b\"\\.example", "c.example"}}, {"future_list", {"x"}}};
  report.top_hosts = {{"10.0.0.1", {10, 2000, 1}}};
  report.top_server_names = {{"evil\x1b[31m\xe2\x80\xae\"\n", {10, 2000, 1}}};
  return report;
}

ReportContext sample_context() {
  return {.version = "1.2.3", .inputs = {"office.pcap"}, .wall_seconds = 0.5, .worker_count = 2};
}

TEST(JsonReport, HoldsThePromisedKeys) {
  const json report = json::parse(json_report(sample_report(), sample_context()));
  for (const char* key : {"total", "ipv4", "ipv6", "arp", "tcp", "udp", "icmp", "icmpv6", "sctp"})
    EXPECT_TRUE(report["packets"][key].is_number_integer()) << key;
  EXPECT_EQ(report["packets"]["total"], 1000);
  EXPECT_EQ(report["packets"]["ipv4"], 990);
  EXPECT_EQ(report["packets"]["tcp"], 900);
  EXPECT_EQ(report["bytes"]["wire"], 500'000);
  EXPECT_EQ(report["bytes"]["captured"], 400'000);
  for (const char* key : {"tls_server_name", "quic_server_name", "dns_query", "mdns_query", "llmnr_query", "http_host",
                          "alpn", "ja3", "ja3s", "ja4", "ssh", "future_list"})
    EXPECT_TRUE(report["names"][key].is_array()) << key;
  EXPECT_EQ(report["names"]["tls_server_name"], json({"a.example", "b\"\\.example", "c.example"}));
  EXPECT_EQ(report["names"]["ssh"], json::array());
}

RunReport report_with_rates() {
  RunReport report = sample_report();
  report.metrics.total.payload_bytes[static_cast<std::size_t>(TrafficDirection::kIn)] = 300'000;
  report.metrics.total.repeated_payload_bytes[static_cast<std::size_t>(TrafficDirection::kIn)] = 50'000;
  ThroughputFigures& throughput = report.metrics.throughput;
  throughput.has_current = true;
  throughput.current_second = 1'714'564'809;
  throughput.keys.resize(RateKey::kCount);
  throughput.keys[RateKey::kTotal] = {{10, 1000}, 125'000, 1'714'564'803, 300};
  throughput.keys[RateKey::kGoodput] = {{0, 500}, 100'000, 1'714'564'804, 0};
  throughput.keys[RateKey::kApplications + 1] = {{1, 100}, 25'000, 1'714'564'805, 20};
  return report;
}

TEST(JsonReport, HasThroughputAndGoodputWithTheirUnits) {
  const json report = json::parse(json_report(report_with_rates(), sample_context()));
  const json& total = report["throughput"]["total"];
  EXPECT_EQ(report["throughput"]["window_seconds"], 1);
  EXPECT_EQ(report["throughput"]["current_time"], "2024-05-01T12:00:09.000000000Z");
  EXPECT_EQ(total["bytes"], 500'000);
  EXPECT_EQ(total["bits_per_second"], json({{"current", 8000.0}, {"average", 400'000.0}, {"peak", 1'000'000.0}}));
  EXPECT_EQ(total["packets_per_second"], json({{"current", 10.0}, {"average", 100.0}, {"peak", 300.0}}));
  EXPECT_EQ(total["peak_time"], "2024-05-01T12:00:03.000000000Z");
  EXPECT_EQ(report["throughput"]["in"]["bytes"], 400'000);
  EXPECT_EQ(report["throughput"]["none"]["packets"], 1000 - 890);
  EXPECT_TRUE(report["throughput"]["out"]["peak_time"].is_null());
  EXPECT_EQ(report["goodput"]["payload_bytes"], 300'000);
  EXPECT_EQ(report["goodput"]["unique_payload_bytes"], 250'000);
  EXPECT_EQ(report["goodput"]["in_unique_payload_bytes"], 250'000);
  EXPECT_EQ(report["goodput"]["bits_per_second"]["peak"], 800'000.0);
  const json& application = report["applications"][0];
  EXPECT_EQ(application["in_bytes"], 400'000);
  EXPECT_EQ(application["out_packets"], 390);
  EXPECT_EQ(application["bits_per_second"], json({{"current", 800.0}, {"average", 352'000.0}, {"peak", 200'000.0}}));
  EXPECT_EQ(report["categories"][0]["in_bytes"], 400'000);
  EXPECT_FALSE(report["categories"][0].contains("bits_per_second"));
}

TEST(JsonReport, RatesThatNobodyKnowsAreNull) {
  RunReport run = sample_report();
  run.metrics.total.last_packet_time = run.metrics.total.first_packet_time;
  const json report = json::parse(json_report(run, sample_context()));
  EXPECT_TRUE(report["throughput"]["current_time"].is_null());
  EXPECT_EQ(report["throughput"]["total"]["bits_per_second"],
            json({{"current", nullptr}, {"average", nullptr}, {"peak", 0.0}}));
}

TEST(TextReport, ShowsThroughputByDirectionAndWhatTheTopListsMayMiss) {
  RunReport report = report_with_rates();
  const TextStyle style{.width = 100};
  std::string text = text_report(report, sample_context(), style);
  EXPECT_NE(text.find("1.00 Mbit/s"), std::string::npos) << text;
  EXPECT_NE(text.find("12:00:03"), std::string::npos);
  for (const char* row : {"  total ", "  in ", "  out ", "  in no flow ", "  goodput "})
    EXPECT_NE(text.find(row), std::string::npos) << row;
  EXPECT_EQ(text.find("  transit "), std::string::npos) << "nothing went that way";
  EXPECT_NE(text.find("of the bytes"), std::string::npos);
  EXPECT_EQ(text.find("missed"), std::string::npos);
  report.top_hosts.push_back({"10.0.0.2", {5, 1000, 1}, 77});
  text = text_report(report, sample_context(), style);
  EXPECT_NE(text.find("bytes missed at most"), std::string::npos);
  EXPECT_NE(text.find("77 B"), std::string::npos);
}

TEST(JsonReport, ListsCountriesAndTheDatabasesBehindThem) {
  ReportContext context = sample_context();
  context.place_files = {
      {.path = "a.mmdb", .in_use = true, .database_type = "Country", .built_at = {1'700'000'000'000'000'000}},
      {.path = "b.mmdb", .error = "b.mmdb: bad"}};
  const json report = json::parse(json_report(sample_report(), context));
  ASSERT_EQ(report["countries"].size(), 2U);
  EXPECT_EQ(report["countries"][0],
            json({{"country", "SE"}, {"name", "Sweden"}, {"packets", 20}, {"bytes", 3000}, {"flows", 4}}));
  EXPECT_EQ(report["countries"][1]["country"], "unknown");
  EXPECT_EQ(report["top"]["networks"][0]["name"], "AS64500 Example");
  const json& databases = report["geoip"]["databases"];
  EXPECT_EQ(databases[0]["built_at"], "2023-11-14T22:13:20.000000000Z");
  EXPECT_TRUE(databases[0]["error"].is_null());
  EXPECT_EQ(databases[1]["in_use"], false);
  EXPECT_EQ(databases[1]["error"], "b.mmdb: bad");
}

constexpr std::array<std::string_view, 2> kColours{"red", "green"};
constexpr std::array<ReportColumn, 6> kColumns{ReportColumn{"id", "number", ValueKind::kHexadecimal},
                                               ReportColumn{"lost", "lost"},
                                               ReportColumn{"jitter_ms", "jitter", ValueKind::kMilliseconds},
                                               ReportColumn{"score", "", ValueKind::kThousandths},
                                               ReportColumn{"colour", "", ValueKind::kLabel, kColours},
                                               ReportColumn{"delay_ms", "delay", ValueKind::kMilliseconds}};

RunReport report_with_table() {
  ReportRow row;
  row.begun_at = {1'714'564'801'000'000'000};
  row.src_addr = *IpAddress::parse("10.0.0.1");
  row.dst_addr = *IpAddress::parse("2001:db8::1");
  row.src_port = 4000;
  row.dst_port = 5000;
  row.values = {0x00ab, -3, 1'250'000, 4'400, 1, kNoValue};
  RunReport report = sample_report();
  report.tables = {{{"rtp", "streams", "Voice", kColumns}, {row}}, {{"other", "things", "Things", kColumns}, {}}};
  return report;
}

TEST(JsonReport, ListsTheRowsOfAnalyzersTables) {
  const json report = json::parse(json_report(report_with_table(), sample_context()));
  ASSERT_EQ(report["rtp"]["streams"].size(), 1U);
  EXPECT_EQ(report["rtp"]["streams"][0], json({{"id", "0x000000ab"},
                                               {"lost", -3},
                                               {"jitter_ms", 1.25},
                                               {"score", 4.4},
                                               {"colour", "green"},
                                               {"delay_ms", nullptr},
                                               {"start_time", "2024-05-01T12:00:01.000000000Z"},
                                               {"src_addr", "10.0.0.1"},
                                               {"src_port", 4000},
                                               {"dst_addr", "2001:db8::1"},
                                               {"dst_port", 5000}}));
  EXPECT_EQ(report["other"]["things"], json::array());
}

TEST(TextReport, ShowsTheColumnsThatHaveAHeading) {
  const std::string text = text_report(report_with_table(), sample_context(), {});
  EXPECT_NE(text.find("10.0.0.1:4000 > [2001:db8::1]:5000  0x000000ab    -3    1.25      -"), std::string::npos)
      << text;
  EXPECT_EQ(text.find("Things"), std::string::npos) << "nothing in it";
  EXPECT_EQ(text.find("green"), std::string::npos);
}

TEST(TextReport, ShowsCountriesWhereADatabaseIsInUse) {
  RunReport report = sample_report();
  ReportContext context = sample_context();
  EXPECT_EQ(text_report(report, context, {}).find("Sweden"), std::string::npos);
  report.metrics.places.files_in_use = 1;
  context.place_files = {{.path = "a.mmdb", .in_use = true, .description = "Countries by nobody"}};
  const std::string text = text_report(report, context, {});
  EXPECT_NE(text.find("Sweden"), std::string::npos);
  EXPECT_NE(text.find("Countries by nobody"), std::string::npos);
  EXPECT_EQ(text.find("Norway"), std::string::npos);
}

TEST(JsonReport, LeavesOutWhatIsNotMeasured) {
  const json report = json::parse(json_report(sample_report(), sample_context()));
  EXPECT_FALSE(report.contains("rtp"));
}

TEST(JsonReport, ShowsHowTcpGoes) {
  const json tcp = json::parse(json_report(sample_report(), sample_context()))["tcp"];
  for (const char* key :
       {"retransmissions", "out_of_order", "duplicate_acks", "lost_segments", "zero_windows", "keep_alives"})
    EXPECT_TRUE(tcp[key].is_number_integer()) << key;
  EXPECT_EQ(tcp["retransmissions"], 9);
  EXPECT_EQ(tcp["fast_retransmissions"], 2);
  EXPECT_EQ(tcp["super_frames"], 4);
  EXPECT_EQ(tcp["super_frame_segments"], 90);
  EXPECT_EQ(tcp["flows"], 35);
  EXPECT_EQ(tcp["midstream_flows"], 3);
  EXPECT_EQ(tcp["one_way_flows"], 5);
  EXPECT_EQ(tcp["rtt_seconds"]["count"], 1);
  EXPECT_EQ(tcp["handshake_rtt_seconds"]["count"], 0);
}

TEST(JsonReport, ShowsWhichDirectionsOfFlowsWereSeen) {
  const json directions = json::parse(json_report(sample_report(), sample_context()))["flows"]["directions"];
  EXPECT_EQ(directions["tcp"], (json{{"both", 30}, {"one_way", 5}, {"multicast", 0}}));
  EXPECT_EQ(directions["udp"]["multicast"], 7);
  EXPECT_EQ(directions["other"]["both"], 0);
}

TEST(TextReport, ShowsOfTcpWhatWasFound) {
  const std::string text = text_report(sample_report(), sample_context(), {});
  EXPECT_NE(text.find("3 of 35 flows: their beginning was not captured"), std::string::npos) << text;
  EXPECT_NE(text.find("5 of 35 flows: not answered, or not here"), std::string::npos) << text;
  EXPECT_NE(text.find("\nTCP\n"), std::string::npos) << text;
  EXPECT_NE(text.find("9 (1.0 %), 2 of them fast, 0 spurious"), std::string::npos) << text;
  EXPECT_NE(text.find("zero windows"), std::string::npos);
  EXPECT_NE(text.find("4, about 90 segments"), std::string::npos) << text;
  EXPECT_EQ(text.find("keep alives"), std::string::npos);
  EXPECT_EQ(text.find("handshake RTT"), std::string::npos);
}

TEST(JsonReport, ShowsApplicationsFlowsAndTimes) {
  const json report = json::parse(json_report(sample_report(), sample_context()));
  EXPECT_EQ(report["applications"][0]["name"], "Netflix");
  EXPECT_EQ(report["applications"][0]["category"], "Streaming");
  EXPECT_EQ(report["applications"][0]["bytes"], 440'000);
  EXPECT_EQ(report["applications"].size(), 2U);
  EXPECT_EQ(report["protocols"][0]["name"], "tls");
  EXPECT_EQ(report["flows"]["total"], 42);
  EXPECT_EQ(report["flows"]["ended"]["forced_end"], 2);
  EXPECT_EQ(report["capture"]["start_time"], "2024-05-01T12:00:00.000000000Z");
  EXPECT_EQ(report["capture"]["duration_seconds"], 10.0);
  EXPECT_EQ(report["encryption"]["encrypted_ratio"], 0.75);
  EXPECT_EQ(report["exporters"][0]["name"], "jsonl");
  EXPECT_EQ(report["exporters"][0]["dropped_records"], 2);
}

TEST(JsonReport, GroupsTheAnalyzersCountersByAnalyzerAndFamily) {
  const json analyzers = json::parse(json_report(sample_report(), sample_context()))["analyzers"];
  EXPECT_EQ(analyzers["dns"]["responses"], json::parse(R"([{"rcode": "NOERROR", "count": 7}])"));
  EXPECT_EQ(analyzers["dns"]["malformed"], 1);
  EXPECT_EQ(analyzers["tls"]["handshakes"], json::parse(R"([{"version": "1.3", "sni": "visible", "count": 5}])"));
  EXPECT_EQ(analyzers["dns"]["latency_seconds"]["count"], 1);
  EXPECT_NEAR(analyzers["dns"]["latency_seconds"]["mean"].get<double>(), 0.01, 1e-9);
}

TEST(JsonReport, ListsEveryKindOfLossAlsoWithoutAny) {
  RunReport report = sample_report();
  report.metrics.sources[0].stats.dropped_by(SourceDrop::kBufferFull) = 9;
  bool kernel_found = false;
  const json shown = json::parse(json_report(report, sample_context()));
  for (const json& loss : shown["losses"]) {
    EXPECT_TRUE(loss["count"].is_number_unsigned());
    if (loss["reason"] == "buffer_full") kernel_found = loss["count"] == 9;
  }
  EXPECT_TRUE(kernel_found);
}

TEST(JsonReport, HasALineForEveryReason) {
  RunReport report = sample_report();
  for (std::size_t i = 0; i < static_cast<std::size_t>(LossReason::kCount); ++i)
    report.metrics.total.losses[i] = 1000 + i;
  report.metrics.untracked_top_entries = 77;
  report.metrics.total.closed_list_overflows = 78;
  report.metrics.total.report_rows_replaced = 79;
  const json shown = json::parse(json_report(report, sample_context()));
  std::map<std::string, std::uint64_t> counts;
  for (const json& loss : shown["losses"]) counts[loss["reason"]] = loss["count"];
  for (std::size_t i = 0; i < static_cast<std::size_t>(LossReason::kCount); ++i)
    EXPECT_EQ(counts[loss_reason_name(static_cast<LossReason>(i))], 1000 + i);
  EXPECT_EQ(counts["top_list_full"], 77U);
  EXPECT_EQ(shown["run"]["closed_list_overflows"], 78);
  EXPECT_EQ(shown["run"]["replaced_report_rows"], 79);
}

TEST(JsonReport, ListsLiveInterfacesWithTheirOwnCounts) {
  RunReport report = sample_report();
  RunNames names = *report.metrics.names;
  names.interfaces = {"eth0", "wlan1"};
  report.metrics.names = std::make_shared<const RunNames>(names);
  // Two workers, each with both interfaces.
  const auto counters = [](std::size_t source, std::size_t interface, std::uint64_t packets, std::uint64_t driver,
                           std::uint64_t losses) {
    SourceStats stats{.received_packets = packets, .received_bytes = packets * 10, .interface_losses = losses};
    stats.dropped_by(SourceDrop::kBufferFull) = packets * 100;
    stats.dropped_by(SourceDrop::kDriver) = driver;
    return SourceCounters{source, interface, stats};
  };
  report.metrics.sources = {counters(0, 0, 1, 0, 0), counters(0, 1, 2, 7, 1), counters(1, 0, 3, 0, 0),
                            counters(1, 1, 4, 7, 0)};
  ReportContext context = sample_context();
  EXPECT_FALSE(json::parse(json_report(report, context))["capture"].contains("interfaces"));
  context.live = true;
  const json capture = json::parse(json_report(report, context))["capture"];
  EXPECT_EQ(capture["received_packets"], 10);
  EXPECT_EQ(capture["interfaces"], json::parse(R"([
    {"name": "eth0", "received_packets": 4, "received_bytes": 40, "dropped_packets": 400, "filtered_packets": 0,
     "losses": 0},
    {"name": "wlan1", "received_packets": 6, "received_bytes": 60, "dropped_packets": 614, "filtered_packets": 0,
     "losses": 1}])"));
}

TEST(JsonReport, HostileTextIsShownNotSent) {
  const std::string text = json_report(sample_report(), sample_context());
  const json report = json::parse(text);
  EXPECT_EQ(report["top"]["server_names"][0]["name"], "evil\\x1b[31m\\xe2\\x80\\xae\"\\x0a");
  for (const char c : text) EXPECT_TRUE(c == '\n' || static_cast<unsigned char>(c) >= ' ');
}

TEST(JsonReport, AnErrorMakesTheReportIncomplete) {
  RunReport report = sample_report();
  EXPECT_EQ(json::parse(json_report(report, sample_context()))["complete"], true);
  report.source_errors = {"office.pcap: byte 7: cut"};
  const json shown = json::parse(json_report(report, sample_context()));
  EXPECT_EQ(shown["complete"], false);
  EXPECT_EQ(shown["errors"][0], "office.pcap: byte 7: cut");
}

TEST(JsonReport, AnEmptyCaptureHasNoTimes) {
  RunReport report;
  report.metrics.names = std::make_shared<const RunNames>(sample_names());
  const json shown = json::parse(json_report(report, sample_context()));
  EXPECT_TRUE(shown["capture"]["start_time"].is_null());
  EXPECT_TRUE(shown["encryption"]["encrypted_ratio"].is_null());
}

TEST(TextReport, FitsTheTerminalAndHidesNoControlBytes) {
  for (const std::size_t width : {60U, 80U, 120U}) {
    const std::string text = text_report(sample_report(), sample_context(), {.width = width});
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
      EXPECT_LE(display_width(line), width) << line;
      EXPECT_FALSE(line.ends_with(' ')) << line;
      for (const char c : line) EXPECT_TRUE(c >= ' ' && c <= '~') << line;
    }
    EXPECT_NE(text.find("Netflix"), std::string::npos);
    EXPECT_NE(text.find("1,000 packets, 500 kB (400 kB captured)"), std::string::npos);
    EXPECT_NE(text.find("evil\\x1b"), std::string::npos);
  }
}

TEST(TextReport, ColoursOnlyWhereAsked) {
  EXPECT_EQ(text_report(sample_report(), sample_context(), {}).find('\x1b'), std::string::npos);
  EXPECT_NE(text_report(sample_report(), sample_context(), {.colour = true}).find('\x1b'), std::string::npos);
}

TEST(TextReport, SaysThatNothingWasLostOrWhatWas) {
  RunReport report = sample_report();
  report.metrics.exporters[0].dropped_records = 0;
  EXPECT_NE(text_report(report, sample_context(), {}).find("nothing lost"), std::string::npos);
  report.metrics.total.decode_status[static_cast<std::size_t>(DecodeStatus::kTunnelDepth)] = 3;
  const std::string text = text_report(report, sample_context(), {});
  EXPECT_EQ(text.find("nothing lost"), std::string::npos);
  EXPECT_NE(text.find("decode: tunnel depth"), std::string::npos);
}

TEST(Wrapped, BreaksBehindCommasAndElsewhereOnlyInNeed) {
  using Lines = std::vector<std::string>;
  EXPECT_EQ(wrapped("ipv4 99.0 %, arp 1.0 %, tcp 90.0 %", 24), (Lines{"ipv4 99.0 %, arp 1.0 %,", "tcp 90.0 %"}));
  EXPECT_EQ(wrapped("one two three", 7), (Lines{"one two", "three"}));
  EXPECT_EQ(wrapped("averylongword b", 5), (Lines{"averylongword", "b"}));
  EXPECT_EQ(wrapped("", 5), Lines{});
}

TEST(Bar, HasAFallBackForTerminalsWithoutUtf8) {
  EXPECT_EQ(bar(0.5, 8, {}), "####");
  EXPECT_EQ(bar(7, 4, {}), "####");
  EXPECT_EQ(bar(0, 4, {.utf8 = true}), "");
  EXPECT_EQ(bar(1, 2, {.utf8 = true}), "\xe2\x96\x88\xe2\x96\x88");
  EXPECT_EQ(display_width(bar(0.3, 10, {.utf8 = true})), 3U);
}

TEST(LatencyQuantile, LiesInTheBucketThatHoldsIt) {
  LatencyHistogram histogram;
  EXPECT_EQ(latency_quantile_seconds(histogram, 0.5), 0);
  for (int i = 0; i < 90; ++i) histogram.observe(Duration::from_milliseconds(1));
  for (int i = 0; i < 10; ++i) histogram.observe(Duration::from_seconds(1));
  EXPECT_NEAR(latency_quantile_seconds(histogram, 0.5), 0.001, 0.0005);
  EXPECT_GT(latency_quantile_seconds(histogram, 0.95), 0.5);
  histogram.observe(Duration::from_seconds(100'000));
  EXPECT_LT(latency_quantile_seconds(histogram, 1), 1000) << "the last bucket has no upper bound";
}

TEST(Progress, ShowsShareRateAndWhatIsLeft) {
  SourceStats stats;
  stats.received_packets = 2'000'000;
  stats.input_bytes_done = 250'000'000;
  stats.input_bytes_total = 1'000'000'000;
  EXPECT_EQ(reading_progress(stats, 0.5), "25.0 % of 1.00 GB, 2.00 M packets, 4.00 M packets/s, 1.5 s left");
  stats.input_bytes_total = 0;
  EXPECT_EQ(reading_progress(stats, 0.5), "2.00 M packets, 4.00 M packets/s");
}

}  // namespace
}  // namespace netpulse
