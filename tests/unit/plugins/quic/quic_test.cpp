#include "plugins/quic/quic.h"

#include "tests/unit/plugins/quic/quic_flow.h"

namespace netpulse {
namespace {

using namespace test;

TEST_F(QuicFlow, FindsAllOfAHandshake) {
  EXPECT_EQ(client(client_initial().build(crypto_frame(0, quic_client_hello("WWW.example.org")))), Verdict::kNeedMore);
  EXPECT_EQ(context.server_name, "WWW.example.org");
  EXPECT_EQ(context.detail_.alpn.view(), "h3");
  EXPECT_EQ(context.detail_.ja4.view().substr(0, 11), "q13d0307h3_");
  EXPECT_EQ(context.detail_.ech, Ech::kAbsent);
  EXPECT_EQ(context.attributes[FlowAttribute::kUserAgent], "Browser/1.0 (test)");
  EXPECT_EQ(server(server_initial().build(answer)), Verdict::kDone);
  EXPECT_EQ(context.detail_.tls_version, 0x0304);
  EXPECT_EQ(context.detail_.tls_cipher, 0x1301);
  EXPECT_TRUE(context.detail_.has_ja3 && context.detail_.has_ja3s);
  EXPECT_EQ(context.list(Quic::kListServerName), Names{"WWW.example.org"});
  EXPECT_EQ(context.list(Quic::kListAlpn), Names{"h3"});
  EXPECT_EQ(context.list(Quic::kListJa3).size(), 1U);
  EXPECT_EQ(context.list(Quic::kListJa3s).size(), 1U);
  EXPECT_EQ(context.list(Quic::kListJa4).size(), 1U);
  EXPECT_EQ(initials("1", "read"), 2U);
  EXPECT_EQ(hellos("visible"), 1U);
}

TEST(Quic, ReadsGquicOfEveryKind) {
  for (const std::string_view version : {"Q024", "Q033", "Q035", "Q039", "Q043"}) {
    RecordingContext context;
    FlowDriver flow(kQuic, 17, 50443, context);
    EXPECT_EQ(flow.feed(true, gquic_packet(version, gquic_chlo())), Verdict::kDone) << version;
    EXPECT_EQ(context.server_name, "gquic.example.org") << version;
    EXPECT_EQ(context.attributes[FlowAttribute::kUserAgent], "Browser/5.0") << version;
  }
  RecordingContext context;
  FlowDriver flow(kQuic, 17, 443, context);
  flow.feed(true, client_initial(0x51303530).build(crypto_frame(0, gquic_chlo(), 0x08)));  // Q050
  EXPECT_EQ(context.server_name, "gquic.example.org");
}

TEST_F(QuicFlow, ReadsTheInitialBehindAnotherPacketOfTheDatagram) {
  // 0-RTT first, then the Initial; then a Handshake packet of another connection.
  ByteVector zero_rtt{0xd1, 0, 0, 0, 1};
  append(zero_rtt, with_length8(from_hex("8394c8f03e515708")));
  append(zero_rtt, with_length8(from_hex("c11e47")));
  put_varint(zero_rtt, 40, 2);
  append(zero_rtt, ByteVector(40, 0x99));
  client(joined({zero_rtt, client_initial().build(crypto_frame(0, hello)), ByteVector(30, 0)}));
  EXPECT_EQ(context.server_name, "www.example.org");
}

TEST_F(QuicFlow, IgnoresPacketsOfAnotherConnectionInTheDatagram) {
  InitialBuilder foreign = client_initial();
  foreign.destination_id = from_hex("0102030405060708");
  ByteVector datagram = client_initial().build(from_hex("01"));
  append(datagram, foreign.build(crypto_frame(0, hello)));
  client(datagram);
  EXPECT_EQ(context.server_name, "");
}

TEST_F(QuicFlow, HoldsZeroRttUntilTheInitialComes) {
  ByteVector zero_rtt{0xd1, 0, 0, 0, 1};
  append(zero_rtt, with_length8(from_hex("8394c8f03e515708")));
  append(zero_rtt, with_length8(from_hex("c11e47")));
  put_varint(zero_rtt, 1300, 2);
  append(zero_rtt, ByteVector(1300, 0x99));
  for (int i = 0; i < 10; ++i) EXPECT_EQ(client(zero_rtt), Verdict::kNeedMore);
  EXPECT_TRUE(flow.mine());
  client(client_initial().build(crypto_frame(0, hello)));
  EXPECT_EQ(context.server_name, "www.example.org");
}

TEST_F(QuicFlow, WaitsForTheClientWhenTheServerIsSeenFirst) {
  server(server_initial().build(answer));
  EXPECT_EQ(initials("1", "too_small"), 1U);
  client(client_initial().build(crypto_frame(0, hello)));
  EXPECT_EQ(context.server_name, "www.example.org");
  EXPECT_EQ(server(server_initial().build(answer)), Verdict::kDone);
  EXPECT_TRUE(context.detail_.has_ja3s);
}

TEST_F(QuicFlow, DoesNotBelieveAnInitialThatTheServerMustDiscard) {
  InitialBuilder small = client_initial();
  small.packet_bytes_min = kQuicInitialDatagramBytesMin - 1;
  client(small.build(crypto_frame(0, quic_client_hello("decoy.example.org"))));
  EXPECT_EQ(initials("1", "too_small"), 1U);
  client(client_initial().build(crypto_frame(0, hello)));
  EXPECT_EQ(context.server_name, "www.example.org");
}

TEST_F(QuicFlow, UsesNothingOfAPacketWithFramesThatDoNotBelong) {
  client(client_initial().build(joined({crypto_frame(0, hello), {0x08, 0, 1, 2}})));
  EXPECT_EQ(context.server_name, "");
  EXPECT_EQ(initials("1", "malformed"), 1U);
}

TEST_F(QuicFlow, GivesUpWaitingForASideThatIsNotThere) {
  client(client_initial().build(crypto_frame(0, hello)));
  const ByteVector short_header(300, 0x41);
  Verdict verdict = Verdict::kNeedMore;
  int packets = 0;
  for (; verdict == Verdict::kNeedMore && packets < 100; ++packets) verdict = client(short_header);
  EXPECT_EQ(verdict, Verdict::kDone);
  EXPECT_LT(packets, 32);
  EXPECT_EQ(context.counter(Quic::kCounterIncomplete), 0U);
}

TEST_F(QuicFlow, EndsWhenTheServerRefuses) {
  client(client_initial().build(crypto_frame(0, hello)));
  EXPECT_EQ(server(server_initial().build(from_hex("1c0a0000"))), Verdict::kDone);
}

TEST_F(QuicFlow, ReadsAHeaderWithAGreasedFixedBit) {
  InitialBuilder greased = client_initial();
  greased.fixed_bit = false;
  client(greased.build(crypto_frame(0, hello)));
  EXPECT_EQ(context.server_name, "www.example.org");
}

TEST(Quic, ClaimsNoShortHeaderAndNoOtherTransport) {
  const ByteVector initial = client_initial().build(from_hex("01"));
  const auto probed = [](std::uint8_t protocol, std::uint16_t port, const ByteVector& bytes) {
    PacketView packet;
    packet.key.protocol = protocol;
    packet.key.hi_port = port;
    packet.payload_data = bytes.data();
    packet.payload_captured_bytes = packet.payload_bytes = static_cast<std::uint32_t>(bytes.size());
    return Quic::probe(packet);
  };
  EXPECT_EQ(probed(17, 443, initial), Verdict::kDone);
  EXPECT_EQ(probed(17, 5000, initial), Verdict::kDone);
  EXPECT_EQ(probed(6, 443, initial), Verdict::kNotMine);
  EXPECT_EQ(probed(17, 443, ByteVector(1200, 0x41)), Verdict::kNotMine);
  EXPECT_EQ(probed(17, 443, ByteVector(initial.begin(), initial.begin() + 600)), Verdict::kNotMine);
  InitialBuilder unknown = client_initial(0xabcd0001);
  EXPECT_EQ(probed(17, 443, unknown.build(from_hex("01"))), Verdict::kDone);
  EXPECT_EQ(probed(17, 5000, unknown.build(from_hex("01"))), Verdict::kNotMine);
}

}  // namespace
}  // namespace netpulse
