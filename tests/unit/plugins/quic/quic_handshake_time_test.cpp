#include "tests/unit/plugins/quic/quic_flow.h"

namespace netpulse {
namespace {

using namespace test;

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
  EXPECT_EQ(client(joined({sealed_packet(1), ByteVector(60, 0x00)})), Verdict::kNeedMore);  // filled up
  at(1040);
  EXPECT_EQ(client(kShortHeader), Verdict::kDone);
  EXPECT_EQ(observed().back(), (std::pair<std::size_t, std::int64_t>{Quic::kHistogramHandshake, 40}));
}

TEST_F(QuicFlow, AShortHeaderMayHaveAGreasedBit) {
  at(1000);
  client(client_initial().build(crypto_frame(0, hello)));
  at(1030);
  server(server_initial().build(answer));
  at(1040);
  EXPECT_EQ(client(joined({sealed_packet(2), ByteVector(60, 0x03)})), Verdict::kDone);  // RFC 9287
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

}  // namespace
}  // namespace netpulse
