#include <gtest/gtest.h>

#include "tests/unit/plugins/bittorrent/bittorrent_samples.h"
#include "tests/unit/plugins/flow_driver.h"

namespace netpulse {
namespace {

using namespace test;

constexpr AnalyzerEntry kBittorrent = make_analyzer_entry<Bittorrent>();
constexpr std::uint8_t kUdp = 17, kTcp = 6;

TEST(Bittorrent, TellsTheClientsOfBothPeers) {
  RecordingContext context;
  FlowDriver flow(kBittorrent, kTcp, 6881, context);
  flow.feed(true, bittorrent_handshake("-TR2940-k8hj0wgej6ch"));
  EXPECT_EQ(flow.feed(false, bittorrent_handshake("-qB4250-abcdefghijkl")), Verdict::kDone);
  EXPECT_EQ(context.attributes[FlowAttribute::kClientSoftware], "TR2940");
  EXPECT_EQ(context.attributes[FlowAttribute::kServerSoftware], "qB4250");
}

TEST(Bittorrent, TakesNoClientFromAPeerIdOfAnotherStyle) {
  RecordingContext context;
  FlowDriver flow(kBittorrent, kTcp, 6881, context);
  flow.feed(true, bittorrent_handshake("M7-9-2--abcdefghijkl"));
  EXPECT_TRUE(flow.mine());
  EXPECT_TRUE(context.attributes.empty());
}

TEST(Bittorrent, ClaimsTheMicroTransportWhenItsOpeningIsAnswered) {
  const auto seen = [](const Step& answer) {
    RecordingContext context;
    FlowDriver flow(kBittorrent, kUdp, 40000, context);
    flow.feed(true, utp_packet(0x41, 7, 1, 0));
    EXPECT_FALSE(flow.mine());
    flow.feed(answer);
    return flow.mine();
  };
  EXPECT_TRUE(seen({false, utp_packet(0x21, 7, 5, 1)}));
  EXPECT_FALSE(seen({false, utp_packet(0x21, 8, 5, 1)}));
  EXPECT_FALSE(seen({false, utp_packet(0x21, 7, 5, 2)}));
  EXPECT_FALSE(seen({true, utp_packet(0x21, 7, 5, 1)}));
  EXPECT_FALSE(seen({false, utp_packet(0x01, 7, 5, 1)}));
}

TEST(Bittorrent, IsNoOtherDictionary) {
  const auto seen = [](std::string_view payload) {
    RecordingContext context;
    return FlowDriver(kBittorrent, kUdp, 6881, context).feed(true, bytes_of(payload));
  };
  EXPECT_EQ(seen("d1:eli201e7:Problem e1:t2:aa1:y1:ee"), Verdict::kDone);
  EXPECT_EQ(seen("BT-SEARCH * HTTP/1.1\r\nHost: 239.192.152.143:6771\r\n\r\n"), Verdict::kDone);
  EXPECT_EQ(seen("d1:ad2:id20:abcdefghij0123456789e1:q4:ping1:t2:aa"), Verdict::kNotMine);
  EXPECT_EQ(seen("d4:spam4:eggse"), Verdict::kNotMine);
}

}  // namespace
}  // namespace netpulse
