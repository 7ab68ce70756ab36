#include "engine/source/dpdk_options.h"

#include <gtest/gtest.h>

namespace netpulse {
namespace {

TEST(DpdkOptions, ReadsItsSection) {
  auto config = Config::from_text(
      "[capture.dpdk]\neal_arguments = [\"--no-huge\", \"-m\", \"512\"]\nports = [\"0000:01:00.0\", \"1\"]\n"
      "rx_descriptors = 512\nmbufs = 4096\nmbuf_cache = 0\nmbuf_data_bytes = 9216\nrx_queues = 4\n"
      "receive_scaling = \"trust\"\nvlan_strip = true\nhardware_timestamps = false\nbusy_poll = true\n",
      "test.toml");
  ASSERT_TRUE(config.ok());
  const DpdkOptions options = read_dpdk_options(config.value());
  EXPECT_EQ(options.eal_arguments, (std::vector<std::string>{"--no-huge", "-m", "512"}));
  EXPECT_EQ(options.ports, (std::vector<std::string>{"0000:01:00.0", "1"}));
  EXPECT_EQ(options.rx_descriptors, 512);
  EXPECT_EQ(options.mbufs, 4096);
  EXPECT_EQ(options.mbuf_cache, 0);
  EXPECT_EQ(options.mbuf_data_bytes, 9216);
  EXPECT_EQ(options.rx_queues, 4);
  EXPECT_EQ(options.receive_scaling, ReceiveScaling::kTrust);
  EXPECT_TRUE(options.vlan_strip);
  EXPECT_FALSE(options.hardware_timestamps);
  EXPECT_TRUE(options.busy_poll);
  EXPECT_TRUE(config.value().finish().ok());
}

TEST(DpdkOptions, RefusesWhatCannotBe) {
  for (const char* line :
       {"rx_descriptors = 1000", "rx_descriptors = 32", "rx_descriptors = 65536", "mbufs = -1", "mbuf_cache = 513",
        "mbuf_data_bytes = 255", "rx_queues = 65", "receive_scaling = \"always\"", "ports = [\"\"]",
        "ports = [\"0\", \"0\"]", "eal_arguments = [\"\"]", "eal_arguments = [\"--no-huge\", \"--help\"]",
        "eal_argument = []"}) {
    auto config = Config::from_text(std::string("[capture.dpdk]\n") + line + "\n", "test.toml");
    ASSERT_TRUE(config.ok());
    read_dpdk_options(config.value());
    EXPECT_FALSE(config.value().finish().ok()) << line;
  }
}

}  // namespace
}  // namespace netpulse
