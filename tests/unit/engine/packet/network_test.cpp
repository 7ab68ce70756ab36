#include <gtest/gtest.h>

#include "tests/unit/engine/packet/sample_frames.h"

namespace netpulse {
namespace {

using namespace frames;

Frame extension(unsigned next, unsigned words = 0) { return join(bytes({next, words}), zeros(6 + 8 * words)); }
Frame fragment6(unsigned next, unsigned offset_bytes, bool more, unsigned identification, const Frame& inner) {
  return join(bytes({next, 0}), be16(offset_bytes | (more ? 1 : 0)), be32(identification), inner);
}
Frame chain(int headers) {
  Frame inner = udp(1, 2, hello());
  for (int i = 0; i < headers; ++i) inner = join(extension(i == 0 ? 17 : 60), inner);
  return outer6(60, inner);
}

TEST(Network, Ipv4HeadersThatContradictThemselvesAreRefused) {
  const Frame datagram = udp(1, 2, hello());
  const auto status = [&](const V4& options) {
    const Decoded packet(ethernet(0x0800, ipv4(17, datagram, options)));
    EXPECT_FALSE(packet->has_flow());
    return packet->status;
  };
  EXPECT_EQ(status({.first_byte = 0x55}), DecodeStatus::kIpv4BadHeader);
  EXPECT_EQ(status({.first_byte = 0x44}), DecodeStatus::kIpv4BadHeader);
  EXPECT_EQ(status({.first_byte = 0x4f}), DecodeStatus::kIpv4BadHeader);
  EXPECT_EQ(status({.total = 19}), DecodeStatus::kIpv4BadHeader);
}

TEST(Network, CutIpHeadersAreRefused) {
  EXPECT_EQ(Decoded(outer(17, udp(1, 2, hello())), 1, 14 + 19)->status, DecodeStatus::kIpv4Truncated);
  EXPECT_EQ(Decoded(outer6(17, udp(1, 2, hello())), 1, 14 + 39)->status, DecodeStatus::kIpv6Truncated);
  EXPECT_EQ(Decoded(ethernet(0x0800, {}))->status, DecodeStatus::kIpv4Truncated);
}

TEST(Network, Ipv6OfAnotherVersionIsRefused) {
  EXPECT_EQ(Decoded(ethernet(0x86dd, join(bytes({0x50}), zeros(60))))->status, DecodeStatus::kIpv6BadHeader);
}

TEST(Network, ATotalLengthBeyondTheFrameIsBounded) {
  const Decoded packet(ethernet(0x0800, ipv4(6, tcp(1, 2, hello()), {.total = 9000})));
  EXPECT_EQ(packet->status, DecodeStatus::kOk);
  EXPECT_EQ(packet->payload_bytes, 5);
}

TEST(Network, ALengthOfZeroMeansTheRestOfTheFrame) {
  EXPECT_EQ(Decoded(ethernet(0x0800, ipv4(6, tcp(1, 2, hello()), {.total = 0})))->payload_bytes, 5);
  // Segments joined beyond what the field can say (BIG TCP): the frame's length on the wire counts, captured or not.
  const Frame big = ethernet(0x0800, ipv4(6, tcp(1, 2, zeros(130'000)), {.total = 0}));
  EXPECT_EQ(Decoded(big)->payload_bytes, 130'000);
  EXPECT_EQ(Decoded(big, kLinkEthernet, 96)->payload_bytes, 130'000);
  EXPECT_EQ(Decoded(ethernet(0x86dd, ipv6(6, tcp(1, 2, hello()), 0)))->payload_bytes, 5);
  const Frame jumbo = join(bytes({17, 0, 0xc2, 4}), be32(13 + 8), udp(1, 2, hello(), 0));
  EXPECT_EQ(Decoded(ethernet(0x86dd, ipv6(0, jumbo, 0)))->payload_bytes, 5);
}

TEST(Network, WalksEveryExtensionHeader) {
  for (const unsigned type : {0u, 43u, 60u, 135u, 139u, 140u}) {
    const Decoded packet(outer6(type, join(extension(17, 1), udp(1, 2, hello()))));
    EXPECT_EQ(packet->status, DecodeStatus::kOk) << type;
    EXPECT_EQ(packet.payload(), "hello") << type;
    EXPECT_EQ(packet->key.protocol, 17);
  }
}

TEST(Network, StopsAtTooManyExtensionHeaders) {
  EXPECT_EQ(Decoded(chain(kIpv6ExtensionHeadersMax))->status, DecodeStatus::kOk);
  EXPECT_EQ(Decoded(chain(kIpv6ExtensionHeadersMax + 1))->status, DecodeStatus::kIpv6ExtensionLimit);
  const Decoded fifty(chain(50));
  EXPECT_EQ(fifty->status, DecodeStatus::kIpv6ExtensionLimit);
  EXPECT_EQ(fifty->network, NetworkLayer::kIpv6);
  EXPECT_TRUE(fifty->has_flow());
}

TEST(Network, CutExtensionHeadersAreRefused) {
  EXPECT_EQ(Decoded(outer6(60, bytes({17})))->status, DecodeStatus::kIpv6ExtensionTruncated);
  EXPECT_EQ(Decoded(outer6(60, join(bytes({17, 9}), zeros(30))))->status, DecodeStatus::kIpv6ExtensionTruncated);
  EXPECT_EQ(Decoded(outer6(44, zeros(7)))->status, DecodeStatus::kIpv6ExtensionTruncated);
}

TEST(Network, NoNextHeaderEndsTheChain) {
  const Decoded packet(outer6(59, zeros(20)));
  EXPECT_EQ(packet->status, DecodeStatus::kOk);
  EXPECT_EQ(packet->key.protocol, 59);
}

TEST(Network, SegmentRoutingIsBoundForItsFirstSegment) {
  const Frame segments = join(bytes({17, 4, 4, 1, 1, 0, 0, 0}), address6(9), address6(8));
  const Decoded packet(outer6(43, join(segments, udp(1, 2, hello()))));
  EXPECT_EQ(packet->dst_addr().to_string(), "2001:db8::9");
  EXPECT_EQ(packet.payload(), "hello");
}

TEST(Network, AnAtomicFragmentIsNoFragment) {
  const Decoded packet(outer6(44, fragment6(17, 0, false, 1, udp(1, 2, hello()))));
  EXPECT_EQ(packet->transport, TransportLayer::kUdp);
  EXPECT_EQ(packet->flags, 0);
  EXPECT_EQ(packet.payload(), "hello");
}

TEST(Network, LaterFragmentsCountWithTheFlowOfTheFirst) {
  Decoder decoder(HashSeed::fixed(7), 64);
  const Decoded first(decoder, ethernet(0x0800, ipv4(17, udp(5000, 53, zeros(16), 108), {9, 0x2000})));
  EXPECT_EQ(first->status, DecodeStatus::kOk);
  EXPECT_TRUE(first->is(PacketView::kFlagFirstFragment));
  EXPECT_EQ(first->transport, TransportLayer::kUdp);
  EXPECT_EQ(first->payload_bytes, 16);
  const Decoded later(decoder, ethernet(0x0800, ipv4(17, zeros(84), {9, 3})));
  EXPECT_EQ(later->status, DecodeStatus::kOk);
  EXPECT_TRUE(later->is(PacketView::kFlagLaterFragment));
  EXPECT_EQ(later->transport, TransportLayer::kFragment);
  EXPECT_EQ(later->network, NetworkLayer::kIpv4);
  EXPECT_EQ(later->key, first->key);
  EXPECT_EQ(later->hash, first->hash);
  EXPECT_EQ(later->direction, first->direction);
  EXPECT_EQ(later->payload_bytes, 0);
  EXPECT_EQ(decoder.fragment_stats().matched, 1);
}

TEST(Network, LaterFragmentsWithoutTheirFirstHaveNoPorts) {
  const Decoded packet(ethernet(0x0800, ipv4(17, zeros(84), {9, 3})));
  EXPECT_TRUE(packet->has_flow());
  EXPECT_EQ(packet->src_port(), 0);
  EXPECT_EQ(packet->key.protocol, 17);
}

TEST(Network, FragmentsOfATunnelsOuterPacketCountWithTheInnerFlow) {
  Decoder decoder(HashSeed::fixed(7), 64);
  Frame inside = udp(50000, 2152, gtp(1, ipv4(17, udp(1111, 2222, zeros(29)), {.total = 157})), 0);
  ASSERT_EQ(inside.size() % 8, 1);
  inside.push_back(0);
  inside.resize(72);
  const Decoded first(decoder, ethernet(0x0800, ipv4(17, inside, {9, 0x2000})));
  EXPECT_EQ(first->dst_port(), 2222);
  const Decoded later(decoder, ethernet(0x0800, ipv4(17, zeros(84), {9, 9})));
  EXPECT_EQ(later->key, first->key);
}

TEST(Network, Ipv6FragmentsThatOverlapAreRefused) {
  Decoder decoder(HashSeed::fixed(7), 64);
  const Frame start = udp(5000, 53, zeros(16), 108);
  const Frame first = outer6(44, fragment6(17, 0, true, 77, start));
  EXPECT_EQ(Decoded(decoder, first)->status, DecodeStatus::kOk);
  EXPECT_EQ(Decoded(decoder, first)->status, DecodeStatus::kOk) << "a copy is no overlap";
  EXPECT_EQ(Decoded(decoder, outer6(44, fragment6(17, 16, true, 77, zeros(24))))->status,
            DecodeStatus::kFragmentOverlap);
  EXPECT_EQ(Decoded(decoder, outer6(44, fragment6(17, 80, true, 77, zeros(24))))->status,
            DecodeStatus::kFragmentOverlap)
      << "all of the datagram is tainted (RFC 5722)";
  EXPECT_EQ(Decoded(decoder, outer6(44, fragment6(17, 0, true, 78, start)))->status, DecodeStatus::kOk);
}

TEST(Network, ImpossibleFragmentsAreRefused) {
  const auto status = [](unsigned fragment, std::size_t size) {
    return Decoded(ethernet(0x0800, ipv4(17, zeros(size), {9, fragment})))->status;
  };
  EXPECT_EQ(status(0x1fff, 100), DecodeStatus::kFragmentBadHeader);  // ping of death
  EXPECT_EQ(status(0x1fff, 7), DecodeStatus::kOk);
  EXPECT_EQ(status(0x2003, 17), DecodeStatus::kFragmentBadHeader);
  EXPECT_EQ(Decoded(outer6(44, fragment6(17, 0xfff8, false, 1, zeros(16))))->status, DecodeStatus::kFragmentBadHeader);
}

}  // namespace
}  // namespace netpulse
