#include <gtest/gtest.h>

#include "tests/unit/engine/packet/sample_frames.h"

namespace netpulse {
namespace {

using namespace frames;

TEST(Link, EveryLinkTypeLeadsToItsPacket) {
  for (const Sample& sample : link_samples()) {
    SCOPED_TRACE(sample.name);
    const Decoded packet(sample.frame, sample.link_type);
    EXPECT_EQ(packet->status, DecodeStatus::kOk);
    EXPECT_EQ(packet->transport, TransportLayer::kUdp);
    EXPECT_EQ(packet->src_addr().to_string(), "192.168.0.1");
    EXPECT_EQ(packet->dst_port(), 2222);
    EXPECT_EQ(packet.payload(), "hello");
    EXPECT_EQ(packet->payload_bytes, 5);
    EXPECT_EQ(packet->key.tunnel, sample.tunnel);
  }
}

TEST(Link, KeepsTheOutermostVlan) {
  for (const Sample& sample : link_samples()) {
    const bool tagged = sample.name == "vlan" || sample.name == "qinq" || sample.name == "three tags";
    EXPECT_EQ(Decoded(sample.frame, sample.link_type)->vlan_id, tagged ? 42 : 0) << sample.name;
  }
  EXPECT_EQ(Decoded(ethernet(0x8100, vlan(0xe000, 0x8100, vlan(5, 0x0800, inner_udp()))))->vlan_id, 0);
}

TEST(Link, StopsAtTooManyVlanTags) {
  const auto nested = [](int tags) {
    Frame frame = inner_udp();
    for (int i = 0; i < tags; ++i) frame = vlan(1, i == 0 ? 0x0800 : 0x8100, frame);
    return ethernet(0x8100, frame);
  };
  EXPECT_EQ(Decoded(nested(kVlanTagsMax))->status, DecodeStatus::kOk);
  EXPECT_EQ(Decoded(nested(kVlanTagsMax + 1))->status, DecodeStatus::kTunnelDepth);
  EXPECT_EQ(Decoded(nested(100))->status, DecodeStatus::kTunnelDepth);
}

TEST(Link, KnowsArpAndGivesItNoFlow) {
  const Decoded packet(ethernet(0x0806, zeros(28)));
  EXPECT_EQ(packet->network, NetworkLayer::kArp);
  EXPECT_EQ(packet->status, DecodeStatus::kOk);
  EXPECT_FALSE(packet->has_flow());
  EXPECT_EQ(packet->hash, 0);
}

TEST(Link, LeavesWhatIsNoIpWithoutComplaint) {
  for (const unsigned type : {0x88ccu, 0x8863u, 0x8899u, 38u, 1510u}) {
    const Decoded packet(ethernet(type, zeros(46)));
    EXPECT_EQ(packet->status, DecodeStatus::kOk) << type;
    EXPECT_EQ(packet->network, NetworkLayer::kOther) << type;
    EXPECT_FALSE(packet->has_flow());
  }
  EXPECT_EQ(Decoded(zeros(20), 253)->status, DecodeStatus::kOk);
}

TEST(Link, ReadsIpv6OfEveryAddressFamilyNumber) {
  for (const unsigned family : {10u, 23u, 24u, 28u, 30u}) {
    const Decoded packet(join(le32(family), ipv6(17, udp(1, 2, hello()))), 0);
    EXPECT_EQ(packet->network, NetworkLayer::kIpv6) << family;
  }
}

TEST(Link, RefusesAnUnknownLinkType) {
  EXPECT_EQ(Decoded(zeros(60), 147)->status, DecodeStatus::kUnknownLinkType);
  const Frame wrapped = join(le32(12), le32(1), le32(258), zeros(40));
  EXPECT_EQ(Decoded(wrapped, 258)->status, DecodeStatus::kUnknownLinkType);
}

TEST(Link, CountsACutLinkHeader) {
  EXPECT_EQ(Decoded(zeros(13))->status, DecodeStatus::kLinkTruncated);
  EXPECT_EQ(Decoded(ethernet(0x8100, zeros(3)))->status, DecodeStatus::kLinkTruncated);
  EXPECT_EQ(Decoded({}, 101)->status, DecodeStatus::kLinkTruncated);
  EXPECT_EQ(Decoded(zeros(15), 113)->status, DecodeStatus::kLinkTruncated);
  EXPECT_EQ(Decoded(bytes({0, 0, 200, 0, 0, 0, 0, 0}), 127)->status, DecodeStatus::kLinkTruncated);
}

TEST(Link, StopsAtProtectedWlanFrames) {
  const Decoded packet(wlan(0x08, 0x41, zeros(40)), 105);
  EXPECT_EQ(packet->status, DecodeStatus::kWlanProtected);
  EXPECT_FALSE(packet->has_flow());
}

TEST(Link, LeavesWlanManagementNullAndLaterFragments) {
  EXPECT_EQ(Decoded(wlan(0x80, 0, zeros(40)), 105)->status, DecodeStatus::kOk);
  EXPECT_FALSE(Decoded(wlan(0x48, 0x01, snap(0x0800, inner_udp())), 105)->has_flow());
  Frame later = wlan(0x08, 0x01, snap(0x0800, inner_udp()));
  later[22] = 1;
  EXPECT_FALSE(Decoded(later, 105)->has_flow());
}

TEST(Link, DoesNotTakeTheCheckSequenceForPayload) {
  // IP without a length of its own: what is left of the frame counts.
  const Frame packet = ipv4(17, udp(1, 2, hello(), 0), {.total = 0});
  const Frame frame = radiotap(0x10, wlan(0x08, 0x01, join(snap(0x0800, packet), be32(0xffffffff))));
  EXPECT_EQ(Decoded(frame, 127)->payload_bytes, 5);
}

}  // namespace
}  // namespace netpulse
