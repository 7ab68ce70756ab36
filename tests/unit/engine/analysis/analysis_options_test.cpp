#include "engine/analysis/analysis_options.h"

#include <gtest/gtest.h>

namespace netpulse {
namespace {

TEST(AnalysisOptions, AreTheDefaultsWithoutAFile) {
  Config config;
  const AnalysisOptions options = read_analysis_options(config);
  EXPECT_EQ(options.stream_buffers, AnalysisOptions().stream_buffers);
  EXPECT_EQ(options.name_cache_entries, AnalysisOptions().name_cache_entries);
  EXPECT_EQ(options.packets_max, AnalysisOptions().packets_max);
  EXPECT_EQ(options.name_ttl_min, AnalysisOptions().name_ttl_min);
  EXPECT_EQ(options.name_ttl_max, AnalysisOptions().name_ttl_max);
  EXPECT_TRUE(config.finish().ok());
}

TEST(AnalysisOptions, AreReadFromTheirSection) {
  Result<Config> config = Config::from_text(
      "[analysis]\nstream_buffers = 64\nname_cache_entries = 2048\npackets_max = 255\nname_ttl_min_seconds = 1\n"
      "name_ttl_max_seconds = 3600\n",
      "test.toml");
  ASSERT_TRUE(config.ok());
  const AnalysisOptions options = read_analysis_options(config.value());
  EXPECT_EQ(options.stream_buffers, 64);
  EXPECT_EQ(options.name_cache_entries, 2048);
  EXPECT_EQ(options.packets_max, 255);
  EXPECT_EQ(options.name_ttl_min, Duration::from_seconds(1));
  EXPECT_EQ(options.name_ttl_max, Duration::from_seconds(3600));
  EXPECT_TRUE(config.value().finish().ok());
}

TEST(AnalysisOptions, RefuseAMinimumAboveTheMaximum) {
  Result<Config> config =
      Config::from_text("[analysis]\nname_ttl_min_seconds = 60\nname_ttl_max_seconds = 30\n", "test.toml");
  ASSERT_TRUE(config.ok());
  const AnalysisOptions options = read_analysis_options(config.value());
  EXPECT_LE(options.name_ttl_min, options.name_ttl_max);
  EXPECT_EQ(config.value().finish().error().message,
            "test.toml:2: analysis.name_ttl_min_seconds = 60: must not be larger than name_ttl_max_seconds");
}

}  // namespace
}  // namespace netpulse
