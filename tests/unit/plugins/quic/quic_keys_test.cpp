#include "tests/unit/plugins/quic/quic_flow.h"

namespace netpulse {
namespace {

using namespace test;

TEST(Quic, ReadsEveryVersionAndKnowsItsSalt) {
  for (const std::uint32_t version :
       {0x00000001U, 0x6b3343cfU, 0x709a50c4U, 0xff000016U, 0xff000017U, 0xff00001bU, 0xff00001cU, 0xff00001dU,
        0xff000020U, 0xff000021U, 0xff000022U, 0xfaceb001U, 0xfaceb002U, 0xfaceb00eU, 0x54303530U, 0x54303531U}) {
    RecordingContext context;
    FlowDriver flow(kQuic, 17, 50443, context);
    const std::uint8_t frame = version >> 24 == 0x54 ? 0x08 : 0x06;
    flow.feed(true, client_initial(version).build(crypto_frame(0, quic_client_hello(), frame)));
    EXPECT_EQ(context.server_name, "www.example.org") << std::hex << version;
  }
}

TEST_F(QuicFlow, TakesTheKeysOfARetry) {
  for (const Sample& sample : Samples<Quic>::conversations()) {
    if (sample.what != "retry") continue;
    for (const Step& step : sample.steps) flow.feed(step);
  }
  EXPECT_EQ(flow.verdict(), Verdict::kDone);
  EXPECT_TRUE(context.detail_.has_ja3s);
  EXPECT_EQ(counted("netpulse_quic_retries_total", "valid"), 1U);
  EXPECT_EQ(initials("1", "undecryptable"), 0U);
  EXPECT_EQ(hellos("visible"), 1U);
  EXPECT_EQ(context.list(Quic::kListJa3).size(), 1U);
}

TEST_F(QuicFlow, IsNotMisledByAForgedRetry) {
  client(client_initial().build(crypto_frame(0, hello)));
  ByteVector forged = retry_packet();
  forged.back() ^= 1;
  server(forged);
  EXPECT_EQ(counted("netpulse_quic_retries_total", "invalid"), 1U);
  EXPECT_EQ(server(server_initial().build(answer)), Verdict::kDone);
  EXPECT_TRUE(context.detail_.has_ja3s);
}

TEST_F(QuicFlow, IgnoresARetryThatAnswersNothing) {
  server(retry_packet());
  EXPECT_TRUE(flow.mine());
  EXPECT_EQ(counted("netpulse_quic_retries_total", "valid"), 0U);
  client(client_initial().build(crypto_frame(0, hello)));
  EXPECT_EQ(context.server_name, "www.example.org");
}

TEST_F(QuicFlow, KeepsTheKeysWhenTheClientTakesTheServersId) {
  client(client_initial().build(crypto_part(hello, 0, 100)));
  InitialBuilder later = client_initial();
  later.key_id = later.destination_id;
  later.destination_id = from_hex("5e57e5");
  later.packet_number = 3;
  client(later.build(crypto_part(hello, 100, hello.size())));
  EXPECT_EQ(context.server_name, "www.example.org");
  EXPECT_EQ(initials("1", "undecryptable"), 0U);
}

TEST_F(QuicFlow, FollowsVersionNegotiation) {
  client(client_initial(0x1a2a3a4a).build(crypto_frame(0, hello)));
  EXPECT_TRUE(flow.mine());
  EXPECT_EQ(context.server_name, "www.example.org");  // a reserved version too is tried with the known salts
  server(version_negotiation({kQuicVersion1, 0xff00001d}));
  EXPECT_EQ(counted("netpulse_quic_version_negotiations_total", ""), 1U);
  client(client_initial().build(crypto_frame(0, hello)));
  EXPECT_EQ(context.server_name, "www.example.org");
  EXPECT_EQ(server(server_initial().build(answer)), Verdict::kDone);
}

TEST_F(QuicFlow, ReadsTheSecondConnectionAfterVersionNegotiation) {
  client(client_initial(0xff00001d).build(crypto_frame(0, quic_client_hello("first.example.org"))));
  server(version_negotiation({kQuicVersion1}));
  InitialBuilder again = client_initial();
  again.destination_id = from_hex("a1a2a3a4a5a6a7a8");
  client(again.build(crypto_frame(0, quic_client_hello("second.example.org"))));
  InitialBuilder reply = server_initial();
  reply.key_id = again.destination_id;
  EXPECT_EQ(server(reply.build(answer)), Verdict::kDone);
  EXPECT_EQ(context.server_name, "first.example.org");  // the first one stays
  EXPECT_EQ(context.list(Quic::kListServerName), (Names{"first.example.org", "second.example.org"}));
  EXPECT_TRUE(context.detail_.has_ja3s);
  EXPECT_EQ(hellos("visible"), 1U);
}

TEST_F(QuicFlow, AcceptsTheServersUpgradeToV2) {
  client(client_initial().build(crypto_frame(0, hello)));
  EXPECT_EQ(server(server_initial(kQuicVersion2).build(answer)), Verdict::kDone);
  EXPECT_EQ(initials("2", "read"), 1U);
  EXPECT_TRUE(context.detail_.has_ja3s);
}

TEST_F(QuicFlow, ReadsBothHellosAroundAHelloRetryRequest) {
  HelloBuilder retry = server_hello_13();
  retry.session_id.clear();
  retry.random = from_hex("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c");
  const ByteVector retry_message = handshake_message(2, retry.server_body());
  const ByteVector second_hello = handshake_message(1, quic_hello().extension(0x002c, {0, 2, 9, 9}).client_body());
  client(client_initial().build(crypto_frame(0, hello)));
  EXPECT_EQ(server(server_initial().build(crypto_frame(0, retry_message))), Verdict::kNeedMore);
  InitialBuilder second = client_initial();
  second.packet_number = 3;
  EXPECT_EQ(client(second.build(crypto_frame(hello.size(), second_hello))), Verdict::kNeedMore);
  InitialBuilder last = server_initial();
  last.packet_number = 1;
  EXPECT_EQ(server(last.build(crypto_frame(retry_message.size(), quic_server_hello()))), Verdict::kDone);
  EXPECT_EQ(context.list(Quic::kListJa4).size(), 2U);
  EXPECT_EQ(context.list(Quic::kListJa3s).size(), 2U);
  EXPECT_EQ(hellos("visible"), 1U);
}

TEST_F(QuicFlow, TriesAnUnknownVersionWithKnownSalts) {
  for (const QuicSalt salt : {QuicSalt::kV1, QuicSalt::kDraft23, QuicSalt::kDraft29}) {
    RecordingContext other;
    FlowDriver driver(kQuic, 17, 443, other);
    InitialBuilder builder = client_initial(0xabcd0001), reply = server_initial(0xabcd0001);
    builder.salt_of_unknown_version = reply.salt_of_unknown_version = salt;
    driver.feed(true, builder.build(crypto_frame(0, hello)));
    EXPECT_EQ(other.server_name, "www.example.org");
    EXPECT_EQ(driver.feed(false, reply.build(answer)), Verdict::kDone);
    EXPECT_TRUE(other.detail_.has_ja3s);
  }
  InitialBuilder builder = client_initial(0xabcd0001);
  builder.salt_of_unknown_version = QuicSalt::kT051;
  EXPECT_EQ(client(builder.build(crypto_frame(0, hello))), Verdict::kDone);
  EXPECT_EQ(initials("unknown", "undecryptable"), 1U);
}

TEST_F(QuicFlow, GivesUpPacketsThatNeverOpen) {
  InitialBuilder builder = client_initial();
  builder.key_id = from_hex("00");
  Verdict verdict = Verdict::kNeedMore;
  int packets = 0;
  for (; verdict == Verdict::kNeedMore && packets < 100; ++packets)
    verdict = client(builder.build(crypto_frame(0, hello)));
  EXPECT_EQ(packets, 4);
  EXPECT_EQ(initials("1", "undecryptable"), 4U);
  EXPECT_EQ(context.counter(Quic::kCounterIncomplete), 1U);
}

TEST_F(QuicFlow, ForgivesJunkBeforeTheInitial) {
  ByteVector junk = client_initial().build(crypto_frame(0, hello));
  junk.back() ^= 1;
  client(junk);
  client(client_initial().build(crypto_frame(0, hello)));
  EXPECT_EQ(context.server_name, "www.example.org");
}

}  // namespace
}  // namespace netpulse
