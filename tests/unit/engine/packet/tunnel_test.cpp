#include <gtest/gtest.h>

#include "tests/unit/engine/packet/sample_frames.h"

namespace netpulse {
namespace {

using namespace frames;

TEST(Tunnel, EachIsOpenedDownToItsPacket) {
  for (const Sample& sample : tunnel_samples()) {
    SCOPED_TRACE(sample.name);
    const Decoded packet(sample.frame, sample.link_type);
    EXPECT_EQ(packet->status, DecodeStatus::kOk);
    EXPECT_EQ(packet->network, NetworkLayer::kIpv4);
    EXPECT_EQ(packet->transport, TransportLayer::kUdp);
    EXPECT_EQ(packet->src_addr().to_string(), "192.168.0.1");
    EXPECT_EQ(packet->dst_port(), 2222);
    EXPECT_EQ(packet.payload(), "hello");
    EXPECT_STREQ(tunnel_name(packet->key.tunnel), tunnel_name(sample.tunnel));
    EXPECT_EQ(packet->tunnel_id, sample.tunnel_id);
    EXPECT_EQ(packet->key.tunnel_id, sample.key_id);
    EXPECT_GE(packet->tunnel_layers, 1);
  }
}

TEST(Tunnel, TeredoPassesAuthenticationAndOrigin) {
  const Frame inner = ipv6(17, udp(53, 5353, hello()));
  const Frame authentication = join(bytes({0, 1, 2, 2}), zeros(4), zeros(9));
  const Frame origin = join(be16(0), be16(1), be32(2));
  for (const Frame& before : {Frame{}, authentication, origin, join(authentication, origin)}) {
    const Decoded packet(outer_udp(3544, join(before, inner)));
    EXPECT_EQ(packet->key.tunnel, Tunnel::kTeredo);
    EXPECT_EQ(packet->network, NetworkLayer::kIpv6);
    EXPECT_EQ(packet.payload(), "hello");
  }
}

TEST(Tunnel, TellsIpInIpByVersions) {
  const Frame datagram = udp(53, 5353, hello());
  EXPECT_EQ(Decoded(outer(41, ipv6(17, datagram)))->key.tunnel, Tunnel::k6in4);
  EXPECT_EQ(Decoded(outer6(41, ipv6(17, datagram)))->key.tunnel, Tunnel::kIpIp);
  EXPECT_EQ(Decoded(outer6(4, inner_udp()))->key.tunnel, Tunnel::k4in6);
}

TEST(Tunnel, OnAPortThatIsSomebodyElsesStaysAnOrdinaryPacket) {
  const Frame text = zeros(64);
  for (const unsigned port : {1701u, 2152u, 3544u, 4341u, 4789u, 4790u, 5247u, 6081u, 8472u}) {
    const Decoded packet(outer_udp(port, text));
    EXPECT_EQ(packet->status, DecodeStatus::kOk) << port;
    EXPECT_EQ(packet->key.tunnel, Tunnel::kNone) << port;
    EXPECT_EQ(packet->dst_port(), port);
    EXPECT_EQ(packet->payload_bytes, 64) << port;
    EXPECT_EQ(packet->tunnel_layers, 0) << port;
  }
}

TEST(Tunnel, WithArpInsideIsTheOuterFlow) {
  const Decoded packet(outer_udp(4789, vxlan(77, ethernet(0x0806, zeros(28)))));
  EXPECT_EQ(packet->network, NetworkLayer::kIpv4);
  EXPECT_EQ(packet->transport, TransportLayer::kUdp);
  EXPECT_EQ(packet->dst_port(), 4789);
  EXPECT_EQ(packet->status, DecodeStatus::kOk);
}

TEST(Tunnel, WithABrokenPacketInsideIsTheOuterFlowAndSaysWhy) {
  const Decoded packet(outer_udp(4789, vxlan(77, ethernet(0x0800, zeros(40)))));
  EXPECT_EQ(packet->status, DecodeStatus::kIpv4BadHeader);
  EXPECT_EQ(packet->key.tunnel, Tunnel::kNone);
  EXPECT_EQ(packet->dst_port(), 4789);
  EXPECT_EQ(packet->payload_bytes, 8 + 14 + 40);
}

TEST(Tunnel, ControlMessagesStayWithTheOuterFlow) {
  const Frame echo = join(bytes({0x32, 1}), be16(4), be32(0), be32(0));
  EXPECT_EQ(Decoded(outer_udp(2152, echo))->dst_port(), 2152);
  const Frame control = join(be16(0xc802), be16(12), be16(1), be16(0), be16(0), be16(0));
  EXPECT_EQ(Decoded(outer_udp(1701, control))->dst_port(), 1701);
  const Decoded keepalive(outer(47, gre(0, 0, {})));
  EXPECT_EQ(keepalive->status, DecodeStatus::kOk);
  EXPECT_EQ(keepalive->key.protocol, 47);
}

TEST(Tunnel, DoesNotOpenPacketsQuotedInIcmpErrors) {
  const Decoded packet(outer(1, join(bytes({3, 3, 0, 0}), be32(0), inner_udp())));
  EXPECT_EQ(packet->transport, TransportLayer::kIcmp);
  EXPECT_EQ(packet->src_addr().to_string(), "10.0.0.1");
  EXPECT_EQ(packet->src_port(), 0);
}

TEST(Tunnel, KeepsTenantsWithTheSameAddressesApart) {
  const Decoded one(outer_udp(4789, vxlan(1, inner_ethernet()))), two(outer_udp(4789, vxlan(2, inner_ethernet())));
  EXPECT_FALSE(one->key == two->key);
}

TEST(Tunnel, JoinsDirectionsThatNumberTheirTunnelThemselves) {
  const Frame back = ipv4(17, udp(2222, 1111, hello()), {.src = 0xc0a80002, .dst = 0xc0a80001});
  const Decoded up(outer_udp(2152, gtp(1, inner_udp()))), down(outer_udp(2152, gtp(2, back)));
  EXPECT_EQ(up->key, down->key);
  EXPECT_NE(up->direction, down->direction);
}

Frame nested(int layers, unsigned kind) {
  Frame frame = inner_udp();
  for (int i = 0; i < layers; ++i) {
    if (kind == 0) frame = ipv4(4, frame);
    if (kind == 1) frame = ipv4(47, gre(0, 0x0800, frame));
    if (kind == 2) frame = ipv4(17, udp(50000, 4789, vxlan(7, ethernet(0x0800, frame)), 0));
    if (kind == 3) frame = ipv4(47, gre(0, 0x6558, ethernet(0x0800, frame)));
  }
  return ethernet(0x0800, frame);
}

TEST(Tunnel, StopsAtTheDepthLimit) {
  for (unsigned kind = 0; kind < 4; ++kind) {
    SCOPED_TRACE(kind);
    EXPECT_EQ(Decoded(nested(kTunnelLayersMax, kind)).payload(), "hello");
    const Decoded deep(nested(kTunnelLayersMax + 1, kind));
    EXPECT_EQ(deep->status, DecodeStatus::kTunnelDepth);
    EXPECT_EQ(deep->tunnel_layers, kTunnelLayersMax);
    EXPECT_TRUE(deep->has_flow());
    EXPECT_EQ(Decoded(nested(100, kind))->status, DecodeStatus::kTunnelDepth);
  }
}

TEST(Tunnel, StopsAtTooManyLabels) {
  Frame labels = inner_udp();
  labels = mpls(1, true, labels);
  for (int i = 1; i < kMplsLabelsMax; ++i) labels = mpls(1, false, labels);
  EXPECT_EQ(Decoded(ethernet(0x8847, labels)).payload(), "hello");
  EXPECT_EQ(Decoded(ethernet(0x8847, mpls(1, false, labels)))->status, DecodeStatus::kTunnelDepth);
}

TEST(Tunnel, CountsACutTunnelHeader) {
  EXPECT_EQ(Decoded(outer(47, bytes({0, 0, 8})))->status, DecodeStatus::kTunnelTruncated);
  EXPECT_EQ(Decoded(outer(47, gre(0xb000, 0x0800, zeros(8))))->status, DecodeStatus::kTunnelTruncated);
  EXPECT_EQ(Decoded(ethernet(0x8847, zeros(3)))->status, DecodeStatus::kTunnelTruncated);
  EXPECT_EQ(Decoded(ethernet(0x8864, zeros(5)))->status, DecodeStatus::kTunnelTruncated);
  const Frame frame = outer_udp(4789, vxlan(7, inner_ethernet()));
  EXPECT_EQ(Decoded(frame, 1, 14 + 20 + 8 + 5)->status, DecodeStatus::kTunnelTruncated);
}

TEST(Tunnel, CountsABadTunnelHeader) {
  EXPECT_EQ(Decoded(outer(47, gre(2, 0x0800, inner_udp())))->status, DecodeStatus::kTunnelBadHeader);
  EXPECT_EQ(Decoded(ethernet(0x8864, join(bytes({0x21}), zeros(40))))->status, DecodeStatus::kTunnelBadHeader);
  const Frame loop = join(bytes({0x34, 0xff}), be16(40), be32(1), bytes({0, 0, 0, 0x85}), zeros(36));
  const Decoded gtp_loop(outer_udp(2152, loop));
  EXPECT_EQ(gtp_loop->status, DecodeStatus::kTunnelBadHeader);
  EXPECT_EQ(gtp_loop->dst_port(), 2152);
}

TEST(Tunnel, InnerLengthsAreBoundedByOuterOnes) {
  // The inner packet claims 1000 bytes, the outer one carries 33.
  const Frame inner = ipv4(17, udp(1111, 2222, hello(), 980), {.total = 1000});
  const Decoded packet(join(outer(4, inner), zeros(30)));
  EXPECT_EQ(packet->status, DecodeStatus::kOk);
  EXPECT_EQ(packet->payload_bytes, 5);
  EXPECT_EQ(packet.payload(), "hello");
}

}  // namespace
}  // namespace netpulse
