#include <gtest/gtest.h>

#include "tests/unit/plugins/flow_driver.h"
#include "tests/unit/plugins/ike/ike_samples.h"

namespace netpulse {
namespace {

using namespace test;

constexpr AnalyzerEntry kIke = make_analyzer_entry<Ike>(), kEsp = make_analyzer_entry<EspInUdp>();

TEST(Ike, ChecksVersionExchangeAndLength) {
  const auto seen = [](const ByteVector& payload) {
    RecordingContext context;
    return FlowDriver(kIke, 17, 500, context).feed(true, payload);
  };
  EXPECT_EQ(seen(ike_message(0x20, 37)), Verdict::kDone);
  EXPECT_EQ(seen(ike_message(0x20, 2)), Verdict::kNotMine);
  EXPECT_EQ(seen(ike_message(0x30, 34)), Verdict::kNotMine);
  ByteVector longer = ike_message(0x20, 34);
  longer.push_back(0);
  EXPECT_EQ(seen(longer), Verdict::kNotMine);
  ByteVector nameless = ike_message(0x20, 34);
  for (std::size_t i = 0; i < 8; ++i) nameless[i] = 0;
  EXPECT_EQ(seen(nameless), Verdict::kNotMine);
}

TEST(EspInUdp, WantsSequenceNumbersThatFollowEachOther) {
  const auto seen = [](const std::vector<ByteVector>& packets) {
    RecordingContext context;
    FlowDriver flow(kEsp, 17, 4500, context);
    for (const ByteVector& packet : packets) flow.feed(true, packet);
    return flow.mine();
  };
  EXPECT_TRUE(seen({esp_packet(1), {0xff}, esp_packet(2), esp_packet(5)}));
  EXPECT_FALSE(seen({esp_packet(1), esp_packet(2)}));
  EXPECT_FALSE(seen({esp_packet(9), esp_packet(8), esp_packet(7)}));
  EXPECT_FALSE(seen({esp_packet(1, 5), esp_packet(2, 6), esp_packet(3, 7)}));
  EXPECT_FALSE(seen({{0xff}, {0xff}, {0xff}, {0xff}}));
}

}  // namespace
}  // namespace netpulse
