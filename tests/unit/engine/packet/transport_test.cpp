#include <gtest/gtest.h>

#include "tests/unit/engine/packet/sample_frames.h"

namespace netpulse {
namespace {

using namespace frames;

TEST(Transport, TcpOptionsAreNoPayload) {
  const Decoded packet(outer(6, tcp(1, 2, join(zeros(20), hello()), 10)));
  EXPECT_EQ(packet.payload(), "hello");
  EXPECT_EQ(packet->payload_bytes, 5);
}

TEST(Transport, ABadTcpHeaderGivesAFlowWithoutPorts) {
  for (const unsigned offset : {0u, 4u, 15u}) {
    const Decoded packet(outer(6, tcp(1, 2, hello(), offset)));
    EXPECT_EQ(packet->status, DecodeStatus::kTransportBadHeader) << offset;
    EXPECT_EQ(packet->transport, TransportLayer::kOther);
    EXPECT_TRUE(packet->has_flow());
    EXPECT_EQ(packet->src_port(), 0);
    EXPECT_EQ(packet->payload_bytes, 0);
  }
}

TEST(Transport, ACutTcpHeaderStillTellsWhatItHas) {
  const Frame frame = outer(6, tcp(40000, 443, hello()));
  const Decoded to_window(frame, 1, 34 + 16);
  EXPECT_EQ(to_window->status, DecodeStatus::kTransportTruncated);
  EXPECT_EQ(to_window->transport, TransportLayer::kTcp);
  EXPECT_EQ(to_window->tcp_window, 0x2000);
  const Decoded ports(frame, 1, 34 + 4);
  EXPECT_EQ(ports->transport, TransportLayer::kOther);
  EXPECT_EQ(ports->dst_port(), 443);
  EXPECT_EQ(ports->payload_bytes, 0);
  const Decoded nothing(frame, 1, 34 + 3);
  EXPECT_EQ(nothing->status, DecodeStatus::kTransportTruncated);
  EXPECT_EQ(nothing->dst_port(), 0);
}

TEST(Transport, ASnappedPacketKnowsItsWholePayload) {
  const Decoded packet(outer(6, tcp(1, 2, zeros(1000))), 1, 100);
  EXPECT_EQ(packet->status, DecodeStatus::kOk);
  EXPECT_EQ(packet->payload_bytes, 1000);
  EXPECT_EQ(packet->payload_captured_bytes, 46);
  EXPECT_TRUE(packet->is(PacketView::kFlagSnapped));
  EXPECT_EQ(packet->wire_bytes, 1054);
}

TEST(Transport, TheUdpLengthBoundsThePayload) {
  EXPECT_EQ(Decoded(outer(17, udp(1, 2, join(hello(), zeros(4)), 13)))->payload_bytes, 5);
  EXPECT_EQ(Decoded(outer(17, udp(1, 2, hello(), 700)))->payload_bytes, 5);
  EXPECT_EQ(Decoded(outer(17, udp(1, 2, hello(), 0)))->payload_bytes, 5);
  const Decoded bad(outer(17, udp(1, 2, hello(), 7)));
  EXPECT_EQ(bad->status, DecodeStatus::kTransportBadHeader);
  EXPECT_EQ(bad->src_port(), 0);
}

TEST(Transport, KnowsTheOthers) {
  const auto transport = [](unsigned protocol, const Frame& inner) {
    const Decoded packet(outer(protocol, inner));
    EXPECT_EQ(packet->status, DecodeStatus::kOk) << protocol;
    EXPECT_EQ(packet->key.protocol, protocol);
    return packet->transport;
  };
  EXPECT_EQ(transport(1, zeros(8)), TransportLayer::kIcmp);
  EXPECT_EQ(transport(2, zeros(8)), TransportLayer::kIgmp);
  EXPECT_EQ(transport(50, zeros(30)), TransportLayer::kEsp);
  EXPECT_EQ(transport(58, zeros(8)), TransportLayer::kIcmpv6);
  EXPECT_EQ(transport(132, zeros(12)), TransportLayer::kSctp);
  EXPECT_EQ(transport(136, udp(1, 2, hello())), TransportLayer::kUdp);
  EXPECT_EQ(transport(89, zeros(30)), TransportLayer::kOther);
}

TEST(Transport, SctpHasPorts) {
  const Decoded packet(outer(132, join(be16(7), be16(8), zeros(8), hello())));
  EXPECT_EQ(packet->src_port(), 7);
  EXPECT_EQ(packet->dst_port(), 8);
  EXPECT_EQ(packet.payload(), "hello");
}

TEST(Transport, AnEchoAndItsReplyAreOneFlow) {
  const Frame request = join(bytes({8, 0, 0, 0}), be16(21), be16(1), hello());
  const Frame reply = join(bytes({0, 0, 0, 0}), be16(21), be16(1), hello());
  const Decoded there(outer(1, request));
  const Decoded here(ethernet(0x0800, ipv4(1, reply, {.src = 0x0a000002, .dst = 0x0a000001})));
  EXPECT_EQ(there->key, here->key);
  EXPECT_EQ(there->src_port(), 21);
  EXPECT_EQ(there->dst_port(), 21);
  EXPECT_EQ(there.payload(), "hello");
  EXPECT_EQ(Decoded(outer6(58, join(bytes({129, 0, 0, 0}), be16(21), be16(1))))->src_port(), 21);
}

TEST(Transport, AuthenticationHeadersAreWalked) {
  const Frame header = join(bytes({17, 4, 0, 0}), be32(66), be32(1), zeros(12));
  const Decoded packet(outer(51, join(header, udp(53, 99, hello()))));
  EXPECT_EQ(packet->transport, TransportLayer::kUdp);
  EXPECT_EQ(packet->key.protocol, 17);
  EXPECT_EQ(packet->key.tunnel, Tunnel::kNone);
  EXPECT_EQ(packet->src_port(), 53);
  EXPECT_EQ(packet.payload(), "hello");
  const Decoded in_ipv6(outer6(51, join(header, udp(53, 99, hello()))));
  EXPECT_EQ(in_ipv6->src_port(), 53);
  EXPECT_EQ(Decoded(outer(51, bytes({17, 4, 0, 0})))->status, DecodeStatus::kTransportTruncated);
}

TEST(Transport, CutHeadersAreCounted) {
  for (const unsigned protocol : {1u, 2u, 6u, 17u, 50u, 51u, 58u, 132u, 136u})
    EXPECT_EQ(Decoded(outer(protocol, zeros(3)))->status, DecodeStatus::kTransportTruncated) << protocol;
}

TEST(Transport, ATinyFirstFragmentIsNotABadHeader) {
  const Frame start = tcp(40000, 443, zeros(4), 10);
  const Decoded packet(ethernet(0x0800, ipv4(6, start, {9, 0x2000})));
  EXPECT_EQ(packet->status, DecodeStatus::kTransportTruncated);
}

}  // namespace
}  // namespace netpulse
