#include "exporters/prometheus/prometheus_exporter.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "engine/metrics/export_ring.h"
#include "tests/unit/sample_flow.h"

namespace netpulse {
namespace {

constexpr MetricDescription kCounters[] = {
    {"netpulse_dns_responses_total", "DNS responses.", "rcode", "noerror"},
    {"netpulse_tls_handshakes_total", "TLS handshakes.", "version", "1.3", "sni", "visible"},
    // Not beside its family: the text format still wants its lines together.
    {"netpulse_dns_responses_total", "DNS responses.", "rcode", "nxdomain"}};
constexpr double kScoreBounds[] = {2.5, 4};
constexpr MetricDescription kHistograms[] = {{"netpulse_dns_latency_seconds", "DNS response time."},
                                             {.family = "netpulse_rtp_mos", .help = "Scores.", .bounds = kScoreBounds}};

RunNames full_names() {
  RunNames names = sample_names();
  names.counters.assign(std::begin(kCounters), std::end(kCounters));
  names.histograms.assign(std::begin(kHistograms), std::end(kHistograms));
  names.exporters = {"jsonl"};
  names.regions = {"unknown", "SE"};
  return names;
}

struct Fixture {
  LatestSnapshot latest{make_zero_snapshot(full_names(), 2, 1)};
  PrometheusExporter exporter{{"1.2.3", {"eth0"}}, latest};

  std::shared_ptr<MetricsSnapshot> change() const { return std::make_shared<MetricsSnapshot>(*latest.get()); }
};

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

std::set<std::string> series_of(const std::string& text) {
  std::set<std::string> series;
  for (const std::string& line : lines_of(text)) {
    if (line.starts_with('#')) continue;
    EXPECT_TRUE(series.insert(line.substr(0, line.rfind(' '))).second) << line;
  }
  return series;
}

testing::AssertionResult has_line(const std::string& text, const std::string& line) {
  for (const std::string& one : lines_of(text))
    if (one == line) return testing::AssertionSuccess();
  return testing::AssertionFailure() << "no line " << line << " in\n" << text;
}

TEST(Prometheus, EverySeriesIsThereWithZeroBeforeTheRunBegins) {
  const Fixture fixture;
  const std::string text = fixture.exporter.scrape();
  EXPECT_TRUE(has_line(text, "netpulse_capture_packets_total{interface=\"eth0\",worker=\"1\"} 0"));
  EXPECT_TRUE(has_line(text, "netpulse_flows_ended_total{reason=\"lack_of_resources\"} 0"));
  EXPECT_TRUE(has_line(text, "netpulse_dns_responses_total{rcode=\"nxdomain\"} 0"));
  EXPECT_TRUE(has_line(text, "netpulse_application_bytes_total{application=\"Netflix\",category=\"Streaming\"} 0"));
  EXPECT_TRUE(has_line(text, "netpulse_export_dropped_records_total{exporter=\"jsonl\",reason=\"write_failed\"} 0"));
  EXPECT_TRUE(has_line(text, "netpulse_dns_latency_seconds_count 0"));
  EXPECT_TRUE(has_line(text, "netpulse_country_bytes_total{country=\"SE\"} 0"));
  EXPECT_TRUE(has_line(text, "netpulse_tcp_retransmissions_total{kind=\"fast\"} 0"));
  EXPECT_TRUE(has_line(text, "netpulse_tcp_zero_windows_total 0"));
  EXPECT_TRUE(has_line(text, "netpulse_tcp_rtt_seconds_count 0"));
  EXPECT_TRUE(has_line(text, "netpulse_geoip_reloads_total{result=\"refused\"} 0"));
  EXPECT_TRUE(has_line(text, "netpulse_build_info{version=\"1.2.3\"} 1"));
}

TEST(Prometheus, ShowsTheSnapshotsNumbers) {
  Fixture fixture;
  const auto snapshot = fixture.change();
  snapshot->workers[1].received_packets = 9'007'199'254'740'992;
  snapshot->workers[0].decode_status[static_cast<std::size_t>(DecodeStatus::kIpv4BadHeader)] = 3;
  snapshot->workers[0].active_flows = 50;
  snapshot->workers[1].overload_level = OverloadLevel::kEmergencyTimeouts;
  snapshot->workers[1].overload_entries[2] = 13;
  snapshot->workers[1].stalls = 14;
  snapshot->workers[1].heartbeat = {1'700'000'000'500'000'000};
  snapshot->sources[0].stats.received_packets = 15;
  snapshot->workers[0].flow_capacity = 200;
  snapshot->sources[0].stats.dropped_by(SourceDrop::kBufferFull) = 11;
  snapshot->regions[1] = {3, 4000, 1};
  snapshot->places = {2, 5, 1};
  snapshot->total.losses[static_cast<std::size_t>(LossReason::kQueueFull)] = 12;
  snapshot->total.applications[1].of(TrafficDirection::kIn) = {7, 1500};
  snapshot->total.applications[1].of(TrafficDirection::kOut) = {3, 500};
  snapshot->total.protocols[2].of(TrafficDirection::kLocal) = {4, 400};
  snapshot->total.plugin_counters[2] = 5;
  snapshot->total.network_packets[static_cast<std::size_t>(NetworkLayer::kIpv6)] = 6;
  snapshot->total.encrypted_bytes = 77;
  snapshot->total.tcp_findings[static_cast<std::size_t>(TcpFinding::kRetransmission)] = 10;
  snapshot->total.tcp_findings[static_cast<std::size_t>(TcpFinding::kFastRetransmission)] = 3;
  snapshot->total.tcp_findings[static_cast<std::size_t>(TcpFinding::kSpuriousRetransmission)] = 2;
  snapshot->total.flow_directions[WorkerMetrics::index_of(FlowProtocol::kTcp, FlowDirections::kBoth)] = 8;
  snapshot->total.flow_directions[WorkerMetrics::index_of(FlowProtocol::kUdp, FlowDirections::kOneWay)] = 4;
  snapshot->total.tcp_midstream_flows = 2;
  snapshot->total.tcp_super_frame_segments = 44;
  snapshot->exporters[0] = {100, 1};
  snapshot->total.applications[2].of(TrafficDirection::kIn) = {1, 60};
  snapshot->workers[1].export_ring_records = kExportRingFlows / 4;
  snapshot->workers[1].batches = 5;
  snapshot->workers[1].batch_sizes = {3, 0, 0, 0, 0, 0, 2, 0};
  snapshot->workers[1].batch_packets = 131;
  snapshot->sources[0].backlog_ratio = 0.5;
  fixture.latest.publish(snapshot);
  const std::string text = fixture.exporter.scrape();
  EXPECT_TRUE(has_line(text, "netpulse_capture_packets_total{interface=\"eth0\",worker=\"1\"} 9007199254740992"));
  EXPECT_TRUE(has_line(text,
                       "netpulse_dropped_packets_total{interface=\"eth0\",worker=\"0\",stage=\"decode\",reason=\"ipv4_"
                       "bad_header\"} 3"));
  EXPECT_TRUE(
      has_line(text, "netpulse_dropped_packets_total{interface=\"eth0\",stage=\"kernel\",reason=\"buffer_full\"} 11"));
  EXPECT_TRUE(
      has_line(text, "netpulse_dropped_packets_total{interface=\"eth0\",stage=\"queue\",reason=\"queue_full\"} 12"));
  EXPECT_TRUE(has_line(text, "netpulse_source_packets_total{interface=\"eth0\",source=\"0\"} 15"));
  EXPECT_TRUE(has_line(text, "netpulse_overload_level{worker=\"1\"} 2"));
  EXPECT_TRUE(has_line(text, "netpulse_overload_entries_total{worker=\"1\",level=\"emergency_timeouts\"} 13"));
  EXPECT_TRUE(has_line(text, "netpulse_worker_stalls_total{worker=\"1\"} 14"));
  EXPECT_TRUE(has_line(text, "netpulse_worker_heartbeat_timestamp_seconds{worker=\"1\"} 1700000000.5"));
  EXPECT_TRUE(has_line(text, "netpulse_flow_table_load_ratio{worker=\"0\"} 0.25"));
  EXPECT_TRUE(has_line(text, "netpulse_application_packets_total{application=\"Netflix\",category=\"Streaming\"} 10"));
  EXPECT_TRUE(has_line(text, "netpulse_protocol_bytes_total{protocol=\"dns\",direction=\"local\"} 400"));
  EXPECT_TRUE(has_line(text, "netpulse_dns_responses_total{rcode=\"nxdomain\"} 5"));
  EXPECT_TRUE(has_line(text, "netpulse_network_packets_total{network=\"ipv6\"} 6"));
  EXPECT_TRUE(has_line(text, "netpulse_encryption_bytes_total{state=\"encrypted\"} 77"));
  EXPECT_TRUE(has_line(text, "netpulse_tcp_retransmissions_total{kind=\"other\"} 5"));
  EXPECT_TRUE(has_line(text, "netpulse_flow_directions_total{protocol=\"udp\",directions=\"one_way\"} 4"));
  EXPECT_TRUE(has_line(text, "netpulse_tcp_flows_total{start=\"syn\"} 6"));
  EXPECT_TRUE(has_line(text, "netpulse_tcp_flows_total{start=\"midstream\"} 2"));
  EXPECT_TRUE(has_line(text, "netpulse_tcp_super_frame_segments_total 44"));
  EXPECT_TRUE(has_line(text, "netpulse_export_records_total{exporter=\"jsonl\"} 100"));
  EXPECT_TRUE(has_line(text, "netpulse_country_bytes_total{country=\"SE\"} 4000"));
  EXPECT_TRUE(has_line(text, "netpulse_geoip_databases 2"));
  EXPECT_TRUE(has_line(text, "netpulse_geoip_reloads_total{result=\"taken\"} 5"));
  EXPECT_TRUE(has_line(text, "netpulse_category_bytes_total{category=\"Streaming\"} 2000"));
  EXPECT_TRUE(has_line(text, "netpulse_category_packets_total{category=\"Work\"} 1"));
  EXPECT_TRUE(has_line(text, "netpulse_export_ring_load_ratio{worker=\"1\"} 0.25"));
  EXPECT_TRUE(has_line(text, "netpulse_worker_batches_total{worker=\"1\"} 5"));
  EXPECT_TRUE(has_line(text, "netpulse_worker_batch_packets_bucket{worker=\"1\",le=\"1.0\"} 3"));
  EXPECT_TRUE(has_line(text, "netpulse_worker_batch_packets_bucket{worker=\"1\",le=\"32.0\"} 3"));
  EXPECT_TRUE(has_line(text, "netpulse_worker_batch_packets_bucket{worker=\"1\",le=\"64.0\"} 5"));
  EXPECT_TRUE(has_line(text, "netpulse_worker_batch_packets_count{worker=\"1\"} 5"));
  EXPECT_TRUE(has_line(text, "netpulse_worker_batch_packets_sum{worker=\"1\"} 131"));
  EXPECT_TRUE(has_line(text, "netpulse_source_backlog_ratio{interface=\"eth0\",source=\"0\"} 0.5"));
  EXPECT_TRUE(has_line(text, "netpulse_capture_info{interface=\"eth0\",backend=\"file\",mode=\"\"} 1"));
}

TEST(Prometheus, TellsOfItsOwnScrapes) {
  const Fixture fixture;
  const std::string first = fixture.exporter.scrape(), second = fixture.exporter.scrape();
  EXPECT_TRUE(has_line(first, "netpulse_scrapes_total 0"));
  EXPECT_TRUE(has_line(first, "netpulse_scrape_size_bytes 0"));
  EXPECT_TRUE(has_line(second, "netpulse_scrapes_total 1"));
  EXPECT_TRUE(has_line(second, "netpulse_scrape_size_bytes " + std::to_string(first.size())));
  EXPECT_FALSE(has_line(second, "netpulse_scrape_duration_seconds 0"));
}

TEST(Prometheus, NamesTheBackendAndTheModeOfEachInterface) {
  RunNames names = full_names();
  names.interfaces = {"eth0", "eth1"};
  const LatestSnapshot latest{make_zero_snapshot(names, 1, 1)};
  const PrometheusExporter exporter{{"1.2.3", names.interfaces, "af_xdp", {"zero_copy"}}, latest};
  const std::string text = exporter.scrape();
  EXPECT_TRUE(has_line(text, "netpulse_capture_info{interface=\"eth0\",backend=\"af_xdp\",mode=\"zero_copy\"} 1"));
  EXPECT_TRUE(has_line(text, "netpulse_capture_info{interface=\"eth1\",backend=\"af_xdp\",mode=\"\"} 1"));
  EXPECT_TRUE(has_line(text, "netpulse_source_backlog_ratio{interface=\"eth0\",source=\"0\"} NaN"));
}

TEST(Prometheus, AHistogramOfPlainValuesHasItsOwnBounds) {
  Fixture fixture;
  const auto snapshot = fixture.change();
  for (const double score : {2.0, 3.0, 4.5}) snapshot->total.plugin_histograms[1].observe_value(score, kScoreBounds);
  fixture.latest.publish(snapshot);
  const std::string text = fixture.exporter.scrape();
  for (const char* line : {"netpulse_rtp_mos_bucket{le=\"2.5\"} 1", "netpulse_rtp_mos_bucket{le=\"4.0\"} 2",
                           "netpulse_rtp_mos_bucket{le=\"+Inf\"} 3", "netpulse_rtp_mos_sum 9.5"})
    EXPECT_TRUE(has_line(text, line)) << line;
}

TEST(Prometheus, ShowsTrafficByDirection) {
  Fixture fixture;
  const auto snapshot = fixture.change();
  WorkerMetrics& total = snapshot->total;
  total.received_packets = 20;
  total.wire_bytes = 5000;
  total.protocols[1].of(TrafficDirection::kIn) = {7, 1500};
  total.protocols[2].of(TrafficDirection::kOut) = {3, 500};
  total.undecided.of(TrafficDirection::kIn) = {1, 60};
  total.payload_bytes[static_cast<std::size_t>(TrafficDirection::kIn)] = 900;
  total.repeated_payload_bytes[static_cast<std::size_t>(TrafficDirection::kIn)] = 100;
  snapshot->throughput.keys.resize(RateKey::kCount);
  snapshot->throughput.keys[RateKey::kTotal] = {{4, 400}, 2000, 1, 8};
  snapshot->throughput.keys[RateKey::kDirections + static_cast<std::size_t>(TrafficDirection::kIn)] = {
      {3, 300}, 1000, 1, 6};
  snapshot->throughput.keys[RateKey::kGoodput] = {{0, 200}, 700, 1, 0};
  fixture.latest.publish(snapshot);
  const std::string text = fixture.exporter.scrape();
  for (const char* line :
       {"netpulse_traffic_packets_total{direction=\"in\"} 8", "netpulse_traffic_bytes_total{direction=\"in\"} 1560",
        "netpulse_traffic_bytes_total{direction=\"out\"} 500", "netpulse_traffic_bytes_total{direction=\"local\"} 0",
        "netpulse_traffic_bytes_total{direction=\"none\"} 2940", "netpulse_payload_bytes_total{direction=\"in\"} 900",
        "netpulse_goodput_bytes_total{direction=\"in\"} 800",
        "netpulse_throughput_bytes_per_second{direction=\"all\"} 400",
        "netpulse_throughput_packets_per_second{direction=\"in\"} 3",
        "netpulse_throughput_peak_bytes_per_second{direction=\"all\"} 2000",
        "netpulse_throughput_peak_packets_per_second{direction=\"in\"} 6", "netpulse_goodput_bytes_per_second 200",
        "netpulse_goodput_peak_bytes_per_second 700"})
    EXPECT_TRUE(has_line(text, line)) << line;
}

TEST(Prometheus, HistogramBucketsAreCumulativeAndEndAtTheCount) {
  Fixture fixture;
  const auto snapshot = fixture.change();
  auto& histogram = snapshot->total.plugin_histograms[0];
  histogram.observe(Duration{5'000});
  histogram.observe(Duration::from_milliseconds(1));
  histogram.observe(Duration::from_seconds(3600));
  fixture.latest.publish(snapshot);
  const std::string text = fixture.exporter.scrape();
  EXPECT_TRUE(has_line(text, "netpulse_dns_latency_seconds_count 3"));
  EXPECT_TRUE(has_line(text, "netpulse_dns_latency_seconds_bucket{le=\"+Inf\"} 3"));
  EXPECT_TRUE(has_line(text, "netpulse_dns_latency_seconds_bucket{le=\"1e-05\"} 1"));
  std::uint64_t last = 0;
  for (const std::string& line : lines_of(text)) {
    if (!line.starts_with("netpulse_dns_latency_seconds_bucket")) continue;
    const std::uint64_t value = std::stoull(line.substr(line.rfind(' ') + 1));
    EXPECT_GE(value, last);
    last = value;
  }
}

TEST(Prometheus, ShowsEachInterfaceByItsOwnName) {
  RunNames names = full_names();
  names.interfaces = {"eth0", "wlan1"};
  LatestSnapshot latest{make_zero_snapshot(names, 2, 2)};
  const PrometheusExporter exporter{{"1.2.3", names.interfaces}, latest};
  const std::set<std::string> before = series_of(exporter.scrape());
  const auto snapshot = std::make_shared<MetricsSnapshot>(*latest.get());
  ASSERT_EQ(snapshot->sources.size(), 4U);
  snapshot->sources[1].stats.dropped_by(SourceDrop::kBufferFull) = 5;
  snapshot->sources[2].stats.dropped_by(SourceDrop::kDriver) = 6;
  snapshot->sources[3].stats.interface_losses = 7;
  snapshot->workers[0].received_packets = 30;
  snapshot->workers[0].interfaces[0].received_packets = 10;
  snapshot->workers[0].interfaces[1].received_packets = 20;
  snapshot->workers[1].interfaces[1].wire_bytes = 900;
  snapshot->workers[1].interfaces[1].captured_bytes = 800;
  snapshot->workers[1].interfaces[0].untracked_packets = 8;
  snapshot->workers[1].interfaces[1].refused_packets[static_cast<std::size_t>(DecodeStatus::kIpv4BadHeader)] = 9;
  latest.publish(snapshot);
  const std::string text = exporter.scrape();
  for (const char* line :
       {"netpulse_capture_packets_total{interface=\"eth0\",worker=\"0\"} 10",
        "netpulse_capture_packets_total{interface=\"wlan1\",worker=\"0\"} 20",
        "netpulse_capture_bytes_total{interface=\"wlan1\",worker=\"1\"} 900",
        "netpulse_captured_bytes_total{interface=\"wlan1\",worker=\"1\"} 800",
        "netpulse_capture_interface_losses_total{interface=\"wlan1\",source=\"1\"} 7",
        "netpulse_dropped_packets_total{interface=\"wlan1\",worker=\"0\",stage=\"kernel\",reason=\"buffer_full\"} 5",
        "netpulse_dropped_packets_total{interface=\"eth0\",worker=\"1\",stage=\"interface\",reason=\"driver\"} 6",
        "netpulse_dropped_packets_total{interface=\"eth0\",worker=\"1\",stage=\"flow_table\",reason=\"flow_table_"
        "full\"}"
        " 8",
        "netpulse_dropped_packets_total{interface=\"wlan1\",worker=\"1\",stage=\"decode\",reason=\"ipv4_bad_header\"}"
        " 9"})
    EXPECT_TRUE(has_line(text, line));
  EXPECT_EQ(text.find("eth0,wlan1"), std::string::npos);
  EXPECT_EQ(series_of(text), before);
}

TEST(Prometheus, EveryLossAndEveryFullStructureHasItsSeries) {
  Fixture fixture;
  const auto snapshot = fixture.change();
  for (std::size_t i = 0; i < static_cast<std::size_t>(LossReason::kCount); ++i)
    snapshot->workers[0].losses[i] = snapshot->total.losses[i] = 1000 + i;
  snapshot->workers[1].closed_list_overflows = 21;
  snapshot->workers[1].report_rows_replaced = 22;
  snapshot->workers[1].name_cache_overwritten = 22;
  snapshot->total.fragments_ranges_forgotten = 23;
  snapshot->untracked_top_entries = 24;
  fixture.latest.publish(snapshot);
  const PrometheusExporter exporter{{"1.2.3", {"eth0"}}, fixture.latest, [] {
                                      HttpCounters counters{100, 101, 102, 103, 104};
                                      counters.refused_requests = {110, 111, 112, 113, 114, 115, 116};
                                      counters.handshakes_failed = 120;
                                      counters.certificates_refused = 121;
                                      counters.certificate_not_after_seconds = 1'900'000'000;
                                      return counters;
                                    }};
  const std::string text = exporter.scrape();
  for (std::size_t i = 0; i < static_cast<std::size_t>(LossReason::kCount); ++i) {
    const std::string reason = loss_reason_name(static_cast<LossReason>(i));
    EXPECT_NE(reason, "unknown");
    EXPECT_NE(text.find("reason=\"" + reason + "\"} " + std::to_string(1000 + i) + "\n"), std::string::npos) << reason;
  }
  EXPECT_TRUE(has_line(text, "netpulse_flow_closed_list_overflows_total{worker=\"1\"} 21"));
  EXPECT_TRUE(has_line(text, "netpulse_replaced_report_rows_total{worker=\"1\"} 22"));
  EXPECT_TRUE(has_line(text, "netpulse_name_cache_overwritten_total{worker=\"1\"} 22"));
  EXPECT_TRUE(has_line(text, "netpulse_fragments_total{result=\"range_forgotten\"} 23"));
  EXPECT_TRUE(has_line(text, "netpulse_dropped_top_entries_total 24"));
  EXPECT_TRUE(has_line(text, "netpulse_http_connections_total{result=\"accepted\"} 100"));
  EXPECT_TRUE(has_line(text, "netpulse_http_connections_total{result=\"timed_out\"} 104"));
  EXPECT_TRUE(has_line(text, "netpulse_http_requests_refused_total{reason=\"host\"} 110"));
  EXPECT_TRUE(has_line(text, "netpulse_http_requests_refused_total{reason=\"plain_http\"} 116"));
  EXPECT_TRUE(has_line(text, "netpulse_http_tls_handshakes_total{result=\"failed\"} 120"));
  EXPECT_TRUE(has_line(text, "netpulse_http_reloads_total{files=\"certificate\",result=\"refused\"} 121"));
  EXPECT_TRUE(has_line(text, "netpulse_http_certificate_not_after_timestamp_seconds 1.9e+09") ||
              has_line(text, "netpulse_http_certificate_not_after_timestamp_seconds 1900000000"));
}

TEST(Prometheus, TheSetOfSeriesNeverChanges) {
  Fixture fixture;
  const std::set<std::string> before = series_of(fixture.exporter.scrape());
  const auto snapshot = fixture.change();
  DirectedTraffic everywhere;
  everywhere.ways.fill({1, 1});
  snapshot->total.applications.fill(everywhere);
  snapshot->total.protocols.fill(everywhere);
  snapshot->throughput.keys.assign(RateKey::kCount, RateFigures{{1, 1}, 1, 1, 1});
  snapshot->total.plugin_counters.fill(1);
  snapshot->total.losses.fill(1);
  for (auto& worker : snapshot->workers) worker.decode_status.fill(1);
  fixture.latest.publish(snapshot);
  EXPECT_EQ(series_of(fixture.exporter.scrape()), before);
}

TEST(Prometheus, AHostileLabelValueCannotLeaveItsQuotes) {
  const Fixture fixture;
  const std::string text = fixture.exporter.scrape();
  EXPECT_NE(text.find("application=\"Office \\\"365\\\"\\n\""), std::string::npos);
  const std::regex line_form(R"(^(# (HELP|TYPE) .*|[a-zA-Z_:][a-zA-Z0-9_:]*(\{.*\})? [-+0-9.eEInfNa]+)$)");
  for (const std::string& line : lines_of(text)) EXPECT_TRUE(std::regex_match(line, line_form)) << line;
}

TEST(Prometheus, CountersAndOnlyCountersEndInTotalAndFamiliesAreWhole) {
  const Fixture fixture;
  std::set<std::string> families;
  std::string current, type;
  for (const std::string& line : lines_of(fixture.exporter.scrape())) {
    std::istringstream words(line);
    std::string hash, keyword, name;
    words >> hash >> keyword >> name >> type;
    if (hash == "#" && keyword == "TYPE") {
      EXPECT_TRUE(families.insert(name).second) << name << " comes twice";
      EXPECT_EQ(type == "counter", name.ends_with("_total")) << name;
    }
  }
  EXPECT_GT(families.size(), 40U);
}

TEST(Prometheus, PromtoolFindsNothingToComplainAbout) {
  if (std::system("command -v promtool >/dev/null 2>&1") != 0) GTEST_SKIP() << "promtool is not installed";
  const Fixture fixture;
  const std::string path = testing::TempDir() + "prometheus_exporter_test.txt";
  std::ofstream(path) << fixture.exporter.scrape();
  EXPECT_EQ(std::system(("promtool check metrics < " + path).c_str()), 0);
  std::remove(path.c_str());
}

}  // namespace
}  // namespace netpulse
