#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "engine/analysis/analysis_options.h"
#include "engine/config/config.h"
#include "engine/flow/flow_table_options.h"

namespace netpulse {
namespace {

Config sample() {
  Result<Config> config = Config::from_file(NETPULSE_SOURCE_ROOT "/configs/netpulse.toml");
  EXPECT_TRUE(config.ok()) << (config.ok() ? "" : config.error().message);
  return std::move(config).value();
}

TEST(SampleConfiguration, ShowsTheDefaults) {
  Config config = sample();
  const FlowTableOptions flow_table = read_flow_table_options(config), flow_table_defaults;
  EXPECT_EQ(flow_table.flows_max, flow_table_defaults.flows_max);
  EXPECT_EQ(flow_table.details_max, flow_table_defaults.details_max);
  EXPECT_EQ(flow_table.idle_timeout, flow_table_defaults.idle_timeout);
  EXPECT_EQ(flow_table.active_timeout, flow_table_defaults.active_timeout);
  EXPECT_EQ(flow_table.tcp_end_timeout, flow_table_defaults.tcp_end_timeout);
  const AnalysisOptions analysis = read_analysis_options(config), analysis_defaults;
  EXPECT_EQ(analysis.stream_buffers, analysis_defaults.stream_buffers);
  EXPECT_EQ(analysis.name_cache_entries, analysis_defaults.name_cache_entries);
  EXPECT_EQ(analysis.packets_max, analysis_defaults.packets_max);
  EXPECT_EQ(analysis.name_ttl_min, analysis_defaults.name_ttl_min);
  EXPECT_EQ(analysis.name_ttl_max, analysis_defaults.name_ttl_max);
  EXPECT_EQ(config.text("http", "listen", ""), "127.0.0.1:8470");
  EXPECT_TRUE(config.texts("catalogue", "files", {"x"}).empty());
  EXPECT_FALSE(config.has_section("exporters.jsonl"));
}

TEST(SampleConfiguration, NamesEachKeyOfTheSectionsReadHere) {
  // Readers of a key that the sample lacks would get their fallback unnoticed; here the fallback is out of place.
  Config config = sample();
  for (const char* key :
       {"flows_max", "details_max", "idle_timeout_seconds", "active_timeout_seconds", "tcp_end_timeout_seconds"})
    EXPECT_NE(config.integer("flow_table", key, -1, -1, 1 << 30), -1) << key;
  for (const char* key :
       {"stream_buffers", "name_cache_entries", "packets_max", "name_ttl_min_seconds", "name_ttl_max_seconds"})
    EXPECT_NE(config.integer("analysis", key, -1, -1, 1 << 30), -1) << key;
}

TEST(SampleConfiguration, ItsCommentedSectionsAreValidToo) {
  std::ifstream file(NETPULSE_SOURCE_ROOT "/configs/netpulse.toml");
  std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  const std::size_t at = text.find("# [exporters.jsonl]\n# path");
  ASSERT_NE(at, std::string::npos);
  text.erase(text.find("# path", at), 2);
  text.erase(at, 2);
  Result<Config> config = Config::from_text(text, "netpulse.toml");
  ASSERT_TRUE(config.ok()) << config.error().message;
  EXPECT_TRUE(config.value().has_section("exporters.jsonl"));
  EXPECT_EQ(config.value().text("exporters.jsonl", "path", ""), "flows.jsonl");
}

}  // namespace
}  // namespace netpulse
