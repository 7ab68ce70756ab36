#include "engine/source/af_xdp_options.h"

#include <gtest/gtest.h>

namespace netpulse {
namespace {

TEST(AfXdpOptions, ReadsItsSection) {
  auto config = Config::from_text(
      "[capture.af_xdp]\ndedicated = true\nframes = 256\nframe_bytes = 4096\nreceive_ring_frames = 128\n"
      "mode = \"generic\"\nzero_copy = false\nbusy_poll_microseconds = 20\nbusy_poll_packets = 32\n"
      "receive_scaling = \"off\"\n",
      "test.toml");
  ASSERT_TRUE(config.ok());
  const AfXdpOptions options = read_af_xdp_options(config.value());
  EXPECT_TRUE(options.dedicated);
  EXPECT_EQ(options.frames, 256U);
  EXPECT_EQ(options.frame_bytes, 4096U);
  EXPECT_EQ(options.receive_ring_frames, 128U);
  EXPECT_EQ(options.mode, XdpMode::kGeneric);
  EXPECT_FALSE(options.zero_copy);
  EXPECT_EQ(options.receive_scaling, ReceiveScaling::kOff);
  EXPECT_EQ(options.busy_poll_microseconds, 20U);
  EXPECT_EQ(options.busy_poll_packets, 32U);
  EXPECT_TRUE(config.value().finish().ok());
}

TEST(AfXdpOptions, TheReceiveRingIsNoLongerThanThereAreFrames) {
  auto config = Config::from_text("[capture.af_xdp]\nframes = 64\n", "test.toml");
  ASSERT_TRUE(config.ok());
  EXPECT_EQ(read_af_xdp_options(config.value()).receive_ring_frames, 64U);
  EXPECT_TRUE(config.value().finish().ok());
}

TEST(AfXdpOptions, RefusesValuesOutsideTheirRange) {
  for (const char* line :
       {"frames = 32", "frames = 1000", "frames = 524288", "frame_bytes = 3000", "frame_bytes = 1024",
        "frame_bytes = 8192", "receive_ring_frames = 100", "frames = 64\nreceive_ring_frames = 128",
        "mode = \"offload\"", "busy_poll_microseconds = -1", "busy_poll_microseconds = 1001", "busy_poll_packets = 0",
        "queues = 4"}) {
    auto config = Config::from_text(std::string("[capture.af_xdp]\n") + line + "\n", "test.toml");
    ASSERT_TRUE(config.ok());
    read_af_xdp_options(config.value());
    EXPECT_FALSE(config.value().finish().ok()) << line;
  }
}

}  // namespace
}  // namespace netpulse
