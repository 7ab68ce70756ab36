#include "engine/flow/flow_table_options.h"

#include <gtest/gtest.h>

namespace netpulse {
namespace {

TEST(FlowTableOptions, AreTheDefaultsWithoutAFile) {
  Config config;
  const FlowTableOptions options = read_flow_table_options(config);
  EXPECT_EQ(options.flows_max, FlowTableOptions().flows_max);
  EXPECT_EQ(options.details_max, FlowTableOptions().details_max);
  EXPECT_EQ(options.idle_timeout, FlowTableOptions().idle_timeout);
  EXPECT_EQ(options.active_timeout, FlowTableOptions().active_timeout);
  EXPECT_EQ(options.tcp_end_timeout, FlowTableOptions().tcp_end_timeout);
  EXPECT_TRUE(config.finish().ok());
}

TEST(FlowTableOptions, AreReadFromTheirSection) {
  Result<Config> config = Config::from_text(
      "[flow_table]\nflows_max = 4096\ndetails_max = 2048\nidle_timeout_seconds = 15\nactive_timeout_seconds = 1800\n"
      "tcp_end_timeout_seconds = 1\n",
      "test.toml");
  ASSERT_TRUE(config.ok());
  const FlowTableOptions options = read_flow_table_options(config.value());
  EXPECT_EQ(options.flows_max, 4096);
  EXPECT_EQ(options.details_max, 2048);
  EXPECT_EQ(options.idle_timeout, Duration::from_seconds(15));
  EXPECT_EQ(options.active_timeout, Duration::from_seconds(1800));
  EXPECT_EQ(options.tcp_end_timeout, Duration::from_seconds(1));
  EXPECT_TRUE(config.value().finish().ok());
}

TEST(FlowTableOptions, RefuseATableThatIsTooSmallOrTimeoutsOfZero) {
  Result<Config> config = Config::from_text("[flow_table]\nflows_max = 10\nidle_timeout_seconds = 0\n", "test.toml");
  ASSERT_TRUE(config.ok());
  const FlowTableOptions options = read_flow_table_options(config.value());
  EXPECT_EQ(options.flows_max, FlowTableOptions().flows_max);
  EXPECT_EQ(config.value().finish().error().message,
            "test.toml:2: flow_table.flows_max = 10: must be a whole number between 1024 and 1073741824\n"
            "test.toml:3: flow_table.idle_timeout_seconds = 0: must be a whole number between 1 and 900");
}

}  // namespace
}  // namespace netpulse
