#include "engine/flow/repeated_payload.h"

#include <gtest/gtest.h>

#include "tests/unit/engine/flow/tcp_conversation.h"

namespace netpulse {
namespace {

constexpr std::uint8_t kSyn = TcpFlags::kSyn, kAck = TcpFlags::kAck, kFin = TcpFlags::kFin;

/// One sender's segments; what is not repeated of their payload.
struct Stream {
  RepeatedPayload repeated;
  std::uint32_t next = 0;
  std::uint64_t payload = 0;
  std::uint64_t forgotten = 0;

  explicit Stream(std::uint32_t start) : next(start) {}
  /// Gives the bytes of it seen before.
  std::uint32_t see(std::uint32_t begin, std::uint32_t bytes) {
    payload += bytes;
    RepeatedPayload::Taken taken;
    if (begin != next) taken = repeated.take(begin, begin + bytes, next);
    if (static_cast<std::int32_t>(begin + bytes - next) > 0) next = begin + bytes;
    forgotten += taken.hole_forgotten;
    return taken.repeated_bytes;
  }
  std::uint64_t unique() const { return payload - repeated.bytes(); }
};

TEST(RepeatedPayload, WhatFollowsIsNewAndWhatComesAgainIsNot) {
  Stream stream(1000);
  EXPECT_EQ(stream.see(1000, 100), 0U);
  EXPECT_EQ(stream.see(1100, 100), 0U);
  EXPECT_EQ(stream.see(1000, 100), 100U);
  EXPECT_EQ(stream.see(1100, 100), 100U);
  EXPECT_EQ(stream.see(1150, 100), 50U) << "half of it is new";
  EXPECT_EQ(stream.see(1249, 1), 1U);
  EXPECT_EQ(stream.unique(), 250U);
}

TEST(RepeatedPayload, WhatFillsAHoleIsNewOnce) {
  Stream stream(1000);
  stream.see(1000, 100);
  EXPECT_EQ(stream.see(1400, 100), 0U);
  EXPECT_EQ(stream.see(1200, 100), 0U) << "in the middle of the hole";
  EXPECT_EQ(stream.see(1200, 100), 100U);
  EXPECT_EQ(stream.see(1050, 100), 50U) << "from before it into it";
  EXPECT_EQ(stream.see(1250, 200), 100U) << "over its end";
  EXPECT_EQ(stream.see(1100, 200), 150U) << "the rest is [1150, 1200)";
  EXPECT_EQ(stream.see(1000, 500), 500U);
  EXPECT_EQ(stream.unique(), 500U);
  EXPECT_EQ(stream.forgotten, 0U);
}

TEST(RepeatedPayload, SequenceNumbersWrap) {
  Stream stream(0xffffff00);
  stream.see(0xffffff00, 0x80);
  EXPECT_EQ(stream.see(0x80, 0x80), 0U);
  EXPECT_EQ(stream.see(0xffffff80, 0x100), 0U) << "the hole spans the wrap";
  EXPECT_EQ(stream.see(0xffffffff, 2), 2U);
  EXPECT_EQ(stream.unique(), 0x200U);
}

TEST(RepeatedPayload, TheSmallestHoleGivesWay) {
  Stream stream(0);
  for (std::uint32_t i = 1; i <= 4; ++i) stream.see(stream.next + i * 10, 100);  // holes of 10, 20, 30, 40
  EXPECT_EQ(stream.forgotten, 0U);
  stream.see(stream.next + 5, 100);
  EXPECT_EQ(stream.forgotten, 1U) << "the new one is smaller than all";
  stream.see(stream.next + 15, 100);
  EXPECT_EQ(stream.forgotten, 2U);
  EXPECT_EQ(stream.see(0, 10), 10U) << "filled, but nobody knows any longer";
  EXPECT_EQ(stream.see(110, 20), 0U);
}

TEST(RepeatedPayload, ASegmentFarAheadLeavesAHoleThatTheStreamFills) {
  Stream stream(1000);
  stream.see(1000, 100);
  stream.see(1100 + 0x7000'0000, 1);
  EXPECT_EQ(stream.see(1100, 1000), 0U);
  EXPECT_EQ(stream.see(2100, 1000), 0U);
  EXPECT_EQ(stream.see(2100, 1000), 1000U);
}

TEST(RepeatedPayload, OfAConversationEachByteCountsOnce) {
  TestConversation tcp;
  std::uint64_t payload = 0, repeated = 0;
  const auto client = [&](double at_ms, std::uint8_t flags, std::uint32_t seq, std::uint32_t bytes) {
    payload += bytes;
    const TcpObservation seen = tcp.see({true, at_ms, flags, seq, 5001, bytes});
    EXPECT_EQ((seen.findings & TcpObservation::kPayloadRepeated) != 0, seen.repeated_bytes != 0);
    repeated += seen.repeated_bytes;
    return seen.repeated_bytes;
  };
  client(0, kSyn, 1000, 0);
  tcp.see({false, 30, kSyn | kAck, 5000, 1001});
  EXPECT_EQ(client(40, kAck, 1001, 0), 0U);
  EXPECT_EQ(client(50, kAck, 1001, 100), 0U);
  EXPECT_EQ(client(51, kAck, 1201, 100), 0U) << "a segment is missing";
  EXPECT_EQ(client(52, kAck, 1101, 100), 0U) << "out of order";
  EXPECT_EQ(client(300, kAck, 1101, 100), 100U) << "retransmitted";
  EXPECT_EQ(client(301, kAck, 1401, 100), 0U) << "the one before was lost";
  EXPECT_EQ(client(600, kAck, 1301, 100), 0U) << "a retransmission to the sender, here seen for the first time";
  EXPECT_EQ(client(700, kAck, 1500, 1), 1U) << "a keep-alive's byte";
  EXPECT_EQ(client(800, kFin | kAck, 1501, 50), 0U);
  EXPECT_EQ(client(900, kFin | kAck, 1501, 50), 50U);
  EXPECT_EQ(payload - repeated, 550U);
  EXPECT_EQ(tcp.counters.repeated[0].bytes(), repeated);
  EXPECT_EQ(tcp.counters.repeated[1].bytes(), 0U);
}

TEST(RepeatedPayload, TheProbeOfAClosedWindowIsNotDelivered) {
  TestConversation tcp;
  tcp.see({true, 0, kSyn, 1000, 0});
  tcp.see({false, 1, kSyn | kAck, 5000, 1001});
  tcp.see({true, 2, kAck, 1001, 5001});
  EXPECT_EQ(tcp.see({true, 3, kAck, 1001, 5001, 100}).repeated_bytes, 0U);
  tcp.see({false, 4, kAck, 5001, 1101, 0, 0});  // no room
  EXPECT_EQ(tcp.see({true, 500, kAck, 1101, 5001, 1}).repeated_bytes, 1U);
  tcp.see({false, 501, kAck, 5001, 1101, 0, 1000});
  EXPECT_EQ(tcp.see({true, 502, kAck, 1101, 5001, 100}).repeated_bytes, 0U) << "with the probe's byte";
}

TEST(RepeatedPayload, ASynWithDataBeginsBehindTheSyn) {
  TestConversation tcp;
  EXPECT_EQ(tcp.see({true, 0, kSyn, 1000, 0, 10}).repeated_bytes, 0U);
  EXPECT_EQ(tcp.see({true, 1000, kSyn, 1000, 0, 10}).repeated_bytes, 10U);
}

}  // namespace
}  // namespace netpulse
