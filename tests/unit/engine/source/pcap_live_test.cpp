#include "engine/source/pcap_live.h"

#include <gtest/gtest.h>

#include "engine/source/pcap_handle.h"

namespace netpulse {
namespace {

TEST(PcapLive, NamesTheInterfacesThereAreWhenOneIsMissing) {
  CaptureOptions options;
  options.interfaces = {"netpulse-none0"};
  const auto sources = open_live_sources(options, 1);
  ASSERT_FALSE(sources.ok());
  EXPECT_TRUE(sources.error().message.starts_with("netpulse-none0: no such interface; ")) << sources.error().message;
}

TEST(PcapLive, RefusesToCaptureOnNothing) { EXPECT_FALSE(open_live_sources({}, 1).ok()); }

TEST(WrappingCounter, GoesOnOverAWrapAndARestart) {
  WrappingCounter counter;
  counter.update(0xfffffff0);
  counter.update(0x10);
  EXPECT_EQ(counter.total(), 0x100000010);
  counter.restart();
  counter.update(5);
  EXPECT_EQ(counter.total(), 0x100000015);
}

}  // namespace
}  // namespace netpulse
