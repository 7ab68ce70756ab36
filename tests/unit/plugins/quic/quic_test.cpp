#include "plugins/quic/quic.h"

#include <gtest/gtest.h>

#include <random>

#include "tests/unit/plugins/flow_driver.h"
#include "tests/unit/plugins/quic/quic_samples.h"

namespace netpulse {
namespace {

using namespace test;

constexpr AnalyzerEntry kQuic = make_analyzer_entry<Quic>();
using Names = std::vector<std::string>;

class QuicFlow : public ::testing::Test {
 protected:
  Verdict client(const ByteVector& bytes) { return flow.feed(true, bytes); }
  Verdict server(const ByteVector& bytes) { return flow.feed(false, bytes); }
  std::uint64_t counted(std::string_view family, std::string_view value1, std::string_view value2 = {}) const {
    for (std::size_t i = 0; i < Quic::kCounters.size(); ++i) {
      const MetricDescription& counter = Quic::kCounters[i];
      if (counter.family == family && counter.value1 == value1 && counter.value2 == value2) return context.counter(i);
    }
    ADD_FAILURE() << "no counter " << family << ' ' << value1 << ' ' << value2;
    return 0;
  }
  std::uint64_t initials(std::string_view version, std::string_view result) const {
    return counted("netpulse_quic_initials_total", version, result);
  }
  void at(std::int64_t milliseconds) {
    flow.packet().received_at = Timestamp{} + Duration::from_milliseconds(milliseconds);
  }
  /// Histogram and milliseconds of all that was observed.
  std::vector<std::pair<std::size_t, std::int64_t>> observed() const {
    std::vector<std::pair<std::size_t, std::int64_t>> all;
    for (std::size_t i = 0; i < context.latencies.size(); ++i)
      all.emplace_back(context.latency_histograms[i], context.latencies[i].nanoseconds / 1'000'000);
    return all;
  }
  std::uint64_t hellos(std::string_view sni) const { return counted("netpulse_quic_client_hellos_total", sni); }

  const ByteVector hello = quic_client_hello();
  const ByteVector answer = crypto_frame(0, quic_server_hello());
  RecordingContext context;
  FlowDriver flow{kQuic, 17, 443, context};
};

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

/// A long header without payload that anybody could read: type as in version 1.
ByteVector sealed_packet(unsigned type, std::uint32_t version = kQuicVersion1) {
  ByteVector packet{static_cast<std::uint8_t>(0xc0 | type << 4)};
  for (int shift = 24; shift >= 0; shift -= 8) packet.push_back(static_cast<std::uint8_t>(version >> shift));
  append(packet, from_hex("0000"));  // empty connection IDs
  put_varint(packet, 40, 2);
  packet.resize(packet.size() + 40, 0x5e);
  return packet;
}
const ByteVector kShortHeader(60, 0x41);
using Observed = std::vector<std::pair<std::size_t, std::int64_t>>;

TEST_F(QuicFlow, TimesTheHandshakeUntilTheClientHasItsLastKeys) {
  at(1000);
  client(client_initial().build(crypto_frame(0, hello)));
  at(1030);
  EXPECT_EQ(server(server_initial().build(answer)), Verdict::kNeedMore);
  EXPECT_EQ(observed(), (Observed{{Quic::kHistogramInitialRtt, 30}}));
  at(1031);
  server(sealed_packet(2));  // Handshake
  server(kShortHeader);      // the server may send data before the client's Finished
  at(1040);
  EXPECT_EQ(client(sealed_packet(2)), Verdict::kNeedMore);  // acknowledges part of the certificate
  at(1050);
  EXPECT_EQ(client(joined({sealed_packet(2), kShortHeader})), Verdict::kDone);
  EXPECT_EQ(observed(), (Observed{{Quic::kHistogramInitialRtt, 30}, {Quic::kHistogramHandshake, 50}}));
}

TEST_F(QuicFlow, EarlyDataDoNotEndTheHandshake) {
  at(1000);
  client(joined({client_initial().build(crypto_frame(0, hello)), sealed_packet(1)}));
  at(1010);
  client(sealed_packet(1));
  at(1030);
  server(server_initial().build(answer));
  at(1031);
  EXPECT_EQ(client(sealed_packet(1)), Verdict::kNeedMore);
  at(1032);
  EXPECT_EQ(client(ByteVector(60, 0x01)), Verdict::kNeedMore);  // neither long nor, without its fixed bit, short
  at(1040);
  EXPECT_EQ(client(kShortHeader), Verdict::kDone);
  EXPECT_EQ(observed().back(), (std::pair<std::size_t, std::int64_t>{Quic::kHistogramHandshake, 40}));
}

TEST_F(QuicFlow, AHelloSentAgainBeforeTheAnswerTellsNoRttButTheHandshakesTime) {
  const ByteVector initial = client_initial().build(crypto_frame(0, hello));
  at(1000);
  client(initial);
  at(1200);
  client(initial);
  at(1230);
  server(server_initial().build(answer));
  at(1240);
  client(kShortHeader);
  EXPECT_EQ(observed(), (Observed{{Quic::kHistogramHandshake, 240}}));
}

TEST_F(QuicFlow, ARetryIsPartOfTheHandshakesTimeAndAnAnswer) {
  std::int64_t now = 1000;
  for (const Sample& sample : Samples<Quic>::conversations()) {
    if (sample.what != "retry") continue;
    for (const Step& step : sample.steps) {
      at(now);
      flow.feed(step);
      now += 10;
    }
  }
  at(now);
  client(kShortHeader);
  EXPECT_EQ(observed(), (Observed{{Quic::kHistogramInitialRtt, 10}, {Quic::kHistogramHandshake, now - 1000}}));
}

TEST_F(QuicFlow, StopsWaitingForTheEndOfAHandshake) {
  at(1000);
  client(client_initial().build(crypto_frame(0, hello)));
  server(server_initial().build(answer));
  Verdict verdict = Verdict::kNeedMore;
  int packets = 0;
  for (; verdict == Verdict::kNeedMore && packets < 100; ++packets) verdict = server(kShortHeader);
  EXPECT_EQ(verdict, Verdict::kDone);
  EXPECT_EQ(packets, 16);
  EXPECT_EQ(context.counter(Quic::kCounterIncomplete), 0U);
  EXPECT_TRUE(observed().empty());  // the clock did not move
}

TEST_F(QuicFlow, NeedsNoBufferForAHelloInOnePacket) {
  client(client_initial().build(joined({crypto_part(hello, 100, 400), crypto_part(hello, 0, 100)})));
  EXPECT_EQ(context.server_name, "www.example.org");
  EXPECT_EQ(context.assemblies[0], nullptr);
}

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

TEST_F(QuicFlow, FindsTheNameWhereverTheHelloIsCutAndInWhateverOrder) {
  for (std::size_t cut = 1; cut < hello.size(); cut += 3)
    for (const bool reversed : {false, true}) {
      RecordingContext other;
      FlowDriver driver(kQuic, 17, 443, other);
      InitialBuilder second = client_initial();
      second.packet_number = 3;
      const ByteVector packets[] = {client_initial().build(crypto_part(hello, 0, cut)),
                                    second.build(crypto_part(hello, cut, hello.size()))};
      driver.feed(true, packets[reversed ? 1 : 0]);
      ASSERT_EQ(other.server_name, "");
      driver.feed(true, packets[reversed ? 0 : 1]);
      ASSERT_EQ(other.server_name, "www.example.org") << cut << reversed;
      ASSERT_EQ(other.counter(Quic::kCounterHellos), 1U);
    }
}

TEST_F(QuicFlow, JoinsScrambledPiecesWithPingAndPaddingBetween) {
  std::mt19937 random(7);
  for (int round = 0; round < 50; ++round) {
    // Pieces cut at random, shuffled over two packets.
    std::vector<ByteVector> pieces;
    for (std::size_t at = 0; at < hello.size();) {
      const std::size_t end = std::min(hello.size(), at + 1 + random() % 40);
      pieces.push_back(
          joined({ByteVector(random() % 3, 0x01), ByteVector(random() % 9, 0x00), crypto_part(hello, at, end)}));
      at = end;
    }
    std::shuffle(pieces.begin(), pieces.end(), random);
    ByteVector halves[2];
    for (std::size_t i = 0; i < pieces.size(); ++i) append(halves[i % 2], pieces[i]);
    RecordingContext other;
    FlowDriver driver(kQuic, 17, 443, other);
    InitialBuilder second = client_initial();
    second.packet_number = 3;
    driver.feed(true, client_initial().build(halves[0]));
    driver.feed(true, second.build(halves[1]));
    ASSERT_EQ(other.server_name, "www.example.org") << round;
  }
}

TEST_F(QuicFlow, JoinsAHelloScatteredOverManyPackets) {
  constexpr std::size_t kPieceBytes = 2, kPacketCount = 40;
  std::vector<ByteVector> packets(kPacketCount);
  for (std::size_t at = 0, i = 0; at < hello.size(); at += kPieceBytes, ++i)
    append(packets[i % kPacketCount], crypto_part(hello, at, at + kPieceBytes));
  std::shuffle(packets.begin(), packets.end(), std::mt19937(3));
  for (std::size_t i = 0; i < kPacketCount; ++i) {
    InitialBuilder initial = client_initial();
    initial.packet_number = static_cast<std::uint32_t>(i);
    client(initial.build(packets[i]));
  }
  EXPECT_EQ(context.server_name, "www.example.org");
}

TEST_F(QuicFlow, GivesUpAHelloInMorePacketsThanAnyoneSends) {
  Verdict verdict = Verdict::kNeedMore;
  int packets = 0;
  for (; verdict == Verdict::kNeedMore && packets < 1000; ++packets)
    verdict = client(client_initial().build(crypto_part(hello, 0, 40)));
  EXPECT_LT(packets, 100);
  EXPECT_EQ(context.counter(Quic::kCounterIncomplete), 1U);
}

TEST_F(QuicFlow, JoinsAHelloOfSingleBytes) {
  ByteVector frames;
  for (std::size_t i = 0; i < hello.size(); ++i) {
    const std::size_t at = i * 7 % hello.size();  // 7 does not divide it: every byte comes once
    append(frames, crypto_part(hello, at, at + 1));
  }
  ASSERT_NE(hello.size() % 7, 0U);
  client(client_initial().build(frames));
  EXPECT_EQ(context.server_name, "www.example.org");
}

TEST_F(QuicFlow, WaitsForAHelloWithPostQuantumKeyShares) {
  const ByteVector large = handshake_message(
      1, quic_hello().extension(0xfe0d, ByteVector(200, 1)).extension(0x11ec, ByteVector(1216, 0x6d)).client_body());
  InitialBuilder second = client_initial();
  second.packet_number = 3;
  client(client_initial().build(crypto_part(large, 0, 1100)));
  EXPECT_EQ(context.server_name, "");
  client(second.build(crypto_part(large, 1100, large.size())));
  EXPECT_EQ(context.server_name, "www.example.org");
  EXPECT_EQ(context.detail_.ech, Ech::kOuter);
  EXPECT_EQ(hellos("ech_outer"), 1U);
  EXPECT_EQ(context.assemblies[0], nullptr);  // given back
}

TEST_F(QuicFlow, TakesOverlapsThatAgree) {
  client(client_initial().build(
      joined({crypto_part(hello, 0, 200), crypto_part(hello, 50, 120), crypto_part(hello, 150, hello.size())})));
  EXPECT_EQ(context.server_name, "www.example.org");
  EXPECT_EQ(hellos("ambiguous"), 0U);
}

TEST_F(QuicFlow, ReportsNothingOfAHelloThatContradictsItself) {
  ByteVector other(hello.begin() + 50, hello.begin() + 120);
  other[7] ^= 0xff;
  EXPECT_EQ(client(client_initial().build(joined({crypto_part(hello, 0, hello.size()), crypto_frame(50, other)}))),
            Verdict::kDone);
  EXPECT_EQ(context.server_name, "");
  EXPECT_TRUE(context.observed.empty());
  EXPECT_EQ(hellos("ambiguous"), 1U);
  EXPECT_EQ(hellos("visible"), 0U);
}

TEST_F(QuicFlow, SeesTheContradictionAcrossPacketsToo) {
  ByteVector other(hello.begin() + 50, hello.begin() + 120);
  other[7] ^= 0xff;
  InitialBuilder second = client_initial();
  second.packet_number = 3;
  client(client_initial().build(crypto_part(hello, 0, 150)));
  EXPECT_EQ(client(second.build(joined({crypto_frame(50, other), crypto_part(hello, 150, hello.size())}))),
            Verdict::kDone);
  EXPECT_EQ(context.server_name, "");
  EXPECT_EQ(hellos("ambiguous"), 1U);
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

TEST_F(QuicFlow, GivesUpAHelloThatNoBufferHolds) {
  EXPECT_EQ(client(client_initial().build(crypto_frame(0, {1, 0xff, 0xff, 0xff, 3, 3}))), Verdict::kDone);
  EXPECT_EQ(context.counter(Quic::kCounterIncomplete), 1U);
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
