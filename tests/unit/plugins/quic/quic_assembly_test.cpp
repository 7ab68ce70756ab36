#include "tests/unit/plugins/quic/quic_flow.h"

#include <algorithm>
#include <random>

namespace netpulse {
namespace {

using namespace test;

TEST_F(QuicFlow, NeedsNoBufferForAHelloInOnePacket) {
  client(client_initial().build(joined({crypto_part(hello, 100, 400), crypto_part(hello, 0, 100)})));
  EXPECT_EQ(context.server_name, "www.example.org");
  EXPECT_EQ(context.assemblies[0], nullptr);
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

TEST_F(QuicFlow, GivesUpAHelloThatNoBufferHolds) {
  EXPECT_EQ(client(client_initial().build(crypto_frame(0, {1, 0xff, 0xff, 0xff, 3, 3}))), Verdict::kDone);
  EXPECT_EQ(context.counter(Quic::kCounterIncomplete), 1U);
}

}  // namespace
}  // namespace netpulse
