#include "engine/packet/decode.h"

#include <gtest/gtest.h>

#include "tests/unit/engine/packet/frame_builder.h"

namespace netpulse {
namespace {

using namespace frames;

TEST(Decode, ReadsTcpOverIpv4) {
  const Decoded packet(ethernet(0x0800, ipv4(6, tcp(40000, 443, hello()), {.identification = 0x1234})));
  EXPECT_EQ(packet->status, DecodeStatus::kOk);
  EXPECT_EQ(packet->network, NetworkLayer::kIpv4);
  EXPECT_EQ(packet->transport, TransportLayer::kTcp);
  EXPECT_EQ(packet->src_addr().to_string(), "10.0.0.1");
  EXPECT_EQ(packet->dst_addr().to_string(), "10.0.0.2");
  EXPECT_EQ(packet->src_port(), 40000);
  EXPECT_EQ(packet->dst_port(), 443);
  EXPECT_EQ(packet->key.protocol, 6);
  EXPECT_EQ(packet->key.ip_version, 4);
  EXPECT_EQ(packet->key.tunnel, Tunnel::kNone);
  EXPECT_EQ(packet->tcp_seq, 0x01020304u);
  EXPECT_EQ(packet->tcp_ack, 0x05060708u);
  EXPECT_EQ(packet->tcp_flags, TcpFlags::kPsh | TcpFlags::kAck);
  EXPECT_EQ(packet->tcp_window, 0x2000);
  EXPECT_EQ(packet->ttl, 64);
  EXPECT_EQ(packet->ip_identification, 0x1234);
  EXPECT_EQ(packet->network_offset, 14);
  EXPECT_EQ(packet->transport_offset, 34);
  EXPECT_EQ(packet->number, 5);
  EXPECT_EQ(packet->hash, keyed_hash_48(&packet->key, HashSeed::fixed(7)));
  EXPECT_EQ(packet.payload(), "hello");
  EXPECT_EQ(packet->payload_bytes, 5);
}

TEST(Decode, ReadsUdpOverIpv6) {
  const Decoded packet(ethernet(0x86dd, ipv6(17, udp(53, 5353, hello()))));
  EXPECT_EQ(packet->status, DecodeStatus::kOk);
  EXPECT_EQ(packet->network, NetworkLayer::kIpv6);
  EXPECT_EQ(packet->transport, TransportLayer::kUdp);
  EXPECT_EQ(packet->src_addr().to_string(), "2001:db8::1");
  EXPECT_EQ(packet->dst_port(), 5353);
  EXPECT_EQ(packet->key.ip_version, 6);
  EXPECT_EQ(packet->ttl, 61);
  EXPECT_EQ(packet.payload(), "hello");
}

TEST(Decode, GivesBothDirectionsOneKey) {
  const V4 back{.src = 0x0a000002, .dst = 0x0a000001};
  const Decoded there(ethernet(0x0800, ipv4(17, udp(53, 99, hello()))));
  const Decoded here(ethernet(0x0800, ipv4(17, udp(99, 53, hello()), back)));
  EXPECT_EQ(there->key, here->key);
  EXPECT_EQ(there->hash, here->hash);
  EXPECT_EQ(there->direction, Direction::kLoToHi);
  EXPECT_EQ(here->direction, Direction::kHiToLo);
  EXPECT_EQ(here->src_addr().to_string(), "10.0.0.2");
  EXPECT_EQ(here->src_port(), 99);
}

TEST(Decode, SortsEqualAddressesByPort) {
  const V4 self{.src = 0x7f000001, .dst = 0x7f000001};
  const Decoded there(ethernet(0x0800, ipv4(17, udp(9000, 80, hello()), self)));
  const Decoded here(ethernet(0x0800, ipv4(17, udp(80, 9000, hello()), self)));
  EXPECT_EQ(there->key, here->key);
  EXPECT_EQ(there->key.lo_port, 80);
  EXPECT_EQ(there->direction, Direction::kHiToLo);
}

TEST(Decode, NeverCountsEthernetPaddingAsPayload) {
  const Decoded packet(ethernet(0x0800, join(ipv4(6, tcp(40000, 443, {})), zeros(6))));
  EXPECT_EQ(packet->status, DecodeStatus::kOk);
  EXPECT_EQ(packet->payload_bytes, 0);
  EXPECT_EQ(packet->payload_data, nullptr);
}

}  // namespace
}  // namespace netpulse
