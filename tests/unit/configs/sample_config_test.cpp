#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "engine/config/config.h"
#include "engine/source/capture_options.h"
#include "engine/worker/engine.h"
#include "exporters/registry.h"
#include "exporters/web/http_server.h"

namespace netpulse {
namespace {

std::string sample_text() {
  std::ifstream file(NETPULSE_SOURCE_ROOT "/configs/netpulse.toml");
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

Config parsed(const std::string& text) {
  Result<Config> config = Config::from_text(text, "netpulse.toml");
  EXPECT_TRUE(config.ok()) << (config.ok() ? "" : config.error().message);
  return std::move(config).value();
}

std::string finished(Config& config) {
  const Result<void> result = config.finish();
  return result.ok() ? "" : result.error().message;
}

/// What the program reads, and in which sections.
struct Everything {
  explicit Everything(Config& config)
      : engine(read_engine_options(config)),
        capture(read_capture_options(config)),
        http(read_http_server_options(config)),
        exporters(read_exporter_options(config)),
        catalogue_files(config.texts("catalogue", "files", {})),
        geoip_databases(config.texts("geoip", "databases", {})) {}

  EngineOptions engine;
  CaptureOptions capture;
  HttpServerOptions http;
  ExporterOptions exporters;
  std::vector<std::string> catalogue_files;
  std::vector<std::string> geoip_databases;
};

TEST(SampleConfiguration, ShowsTheDefaults) {
  Config sample = parsed(sample_text()), none;
  const Everything shown(sample), wanted(none);
  EXPECT_EQ(finished(sample), "");
  EXPECT_EQ(shown.engine.worker_count, wanted.engine.worker_count);
  EXPECT_EQ(shown.engine.cores, wanted.engine.cores);
  EXPECT_EQ(shown.engine.fragments_max, wanted.engine.fragments_max);
  EXPECT_EQ(shown.engine.names_max, wanted.engine.names_max);
  EXPECT_EQ(shown.engine.top_entries, wanted.engine.top_entries);
  EXPECT_EQ(shown.engine.flow_table.flows_max, wanted.engine.flow_table.flows_max);
  EXPECT_EQ(shown.engine.flow_table.details_max, wanted.engine.flow_table.details_max);
  EXPECT_EQ(shown.engine.flow_table.idle_timeout, wanted.engine.flow_table.idle_timeout);
  EXPECT_EQ(shown.engine.flow_table.active_timeout, wanted.engine.flow_table.active_timeout);
  EXPECT_EQ(shown.engine.flow_table.tcp_end_timeout, wanted.engine.flow_table.tcp_end_timeout);
  EXPECT_EQ(shown.engine.analysis.stream_buffers, wanted.engine.analysis.stream_buffers);
  EXPECT_EQ(shown.engine.analysis.name_cache_entries, wanted.engine.analysis.name_cache_entries);
  EXPECT_EQ(shown.engine.analysis.packets_max, wanted.engine.analysis.packets_max);
  EXPECT_EQ(shown.engine.analysis.name_ttl_min, wanted.engine.analysis.name_ttl_min);
  EXPECT_EQ(shown.engine.analysis.name_ttl_max, wanted.engine.analysis.name_ttl_max);
  EXPECT_EQ(shown.capture.interfaces, wanted.capture.interfaces);
  EXPECT_EQ(shown.capture.filter, wanted.capture.filter);
  EXPECT_EQ(shown.capture.promiscuous, wanted.capture.promiscuous);
  EXPECT_EQ(shown.capture.snap_length_bytes, wanted.capture.snap_length_bytes);
  EXPECT_EQ(shown.capture.buffer_bytes, wanted.capture.buffer_bytes);
  EXPECT_EQ(shown.capture.af_xdp.dedicated, wanted.capture.af_xdp.dedicated);
  EXPECT_EQ(shown.capture.af_xdp.frames, wanted.capture.af_xdp.frames);
  EXPECT_EQ(shown.capture.af_xdp.frame_bytes, wanted.capture.af_xdp.frame_bytes);
  EXPECT_EQ(shown.capture.af_xdp.receive_ring_frames, wanted.capture.af_xdp.receive_ring_frames);
  EXPECT_EQ(shown.capture.af_xdp.mode, wanted.capture.af_xdp.mode);
  EXPECT_EQ(shown.capture.af_xdp.receive_scaling, wanted.capture.af_xdp.receive_scaling);
  EXPECT_EQ(shown.capture.af_xdp.zero_copy, wanted.capture.af_xdp.zero_copy);
  EXPECT_EQ(shown.capture.af_xdp.busy_poll_microseconds, wanted.capture.af_xdp.busy_poll_microseconds);
  EXPECT_EQ(shown.capture.af_xdp.busy_poll_packets, wanted.capture.af_xdp.busy_poll_packets);
  EXPECT_EQ(shown.capture.dpdk.eal_arguments, wanted.capture.dpdk.eal_arguments);
  EXPECT_EQ(shown.capture.dpdk.ports, wanted.capture.dpdk.ports);
  EXPECT_EQ(shown.capture.dpdk.rx_descriptors, wanted.capture.dpdk.rx_descriptors);
  EXPECT_EQ(shown.capture.dpdk.mbufs, wanted.capture.dpdk.mbufs);
  EXPECT_EQ(shown.capture.dpdk.mbuf_cache, wanted.capture.dpdk.mbuf_cache);
  EXPECT_EQ(shown.capture.dpdk.mbuf_data_bytes, wanted.capture.dpdk.mbuf_data_bytes);
  EXPECT_EQ(shown.capture.dpdk.rx_queues, wanted.capture.dpdk.rx_queues);
  EXPECT_EQ(shown.capture.dpdk.receive_scaling, wanted.capture.dpdk.receive_scaling);
  EXPECT_EQ(shown.capture.dpdk.vlan_strip, wanted.capture.dpdk.vlan_strip);
  EXPECT_EQ(shown.capture.dpdk.hardware_timestamps, wanted.capture.dpdk.hardware_timestamps);
  EXPECT_EQ(shown.capture.dpdk.busy_poll, wanted.capture.dpdk.busy_poll);
  EXPECT_EQ(shown.http.listen, wanted.http.listen);
  EXPECT_EQ(shown.http.tls_certificate, wanted.http.tls_certificate);
  EXPECT_EQ(shown.http.tls_key, wanted.http.tls_key);
  EXPECT_EQ(shown.http.token_file, wanted.http.token_file);
  EXPECT_EQ(shown.http.users_file, wanted.http.users_file);
  EXPECT_EQ(shown.http.hosts, wanted.http.hosts);
  EXPECT_EQ(shown.http.recent_flows_max, wanted.http.recent_flows_max);
  EXPECT_EQ(shown.http.connections_max, wanted.http.connections_max);
  EXPECT_EQ(shown.http.connections_per_address_max, wanted.http.connections_per_address_max);
  EXPECT_EQ(shown.http.request_timeout, wanted.http.request_timeout);
  EXPECT_EQ(shown.exporters.jsonl_path, wanted.exporters.jsonl_path);
  EXPECT_EQ(shown.capture.backend, wanted.capture.backend);
  EXPECT_EQ(shown.catalogue_files, wanted.catalogue_files);
  EXPECT_EQ(shown.geoip_databases, wanted.geoip_databases);
}

/// The sample with its commented sections made real.
std::string with_exporters(std::string text) {
  std::size_t at = text.find("# [exporters.");
  EXPECT_NE(at, std::string::npos);
  for (; at < text.size(); at = text.find('\n', at) + 1) {
    if (text.compare(at, 2, "# ") != 0) break;
    text.erase(at, 2);
  }
  return text;
}

TEST(SampleConfiguration, ItsCommentedSectionsAreValidToo) {
  Config config = parsed(with_exporters(sample_text()));
  const Everything everything(config);
  EXPECT_EQ(finished(config), "");
  EXPECT_EQ(everything.exporters.jsonl_path, "flows.jsonl");
}

TEST(SampleConfiguration, NamesEachKeyThatIsRead) {
  const std::string text = with_exporters(sample_text());
  Config config = parsed(text);
  const Everything everything(config);
  EXPECT_FALSE(config.keys_read().empty());
  for (const std::string& key : config.keys_read()) {
    const std::size_t dot = key.rfind('.');
    const std::size_t section = text.find("[" + key.substr(0, dot) + "]\n");
    ASSERT_NE(section, std::string::npos) << key;
    EXPECT_LT(text.find("\n" + key.substr(dot + 1) + " = ", section), text.find("\n[", section)) << key;
  }
}

}  // namespace
}  // namespace netpulse
