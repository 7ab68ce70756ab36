#include "plugins/rtp/rtp.h"

#include <gtest/gtest.h>

#include <random>

#include "plugins/common/rtp_header.h"
#include "tests/unit/plugins/flow_driver.h"
#include "tests/unit/plugins/rtp/rtp_samples.h"
#include "tests/unit/plugins/stun/stun_samples.h"

namespace netpulse {
namespace {

using namespace test;

constexpr AnalyzerEntry kRtp = make_analyzer_entry<Rtp>(), kRtcp = make_analyzer_entry<Rtcp>();
constexpr std::uint8_t kUdp = 17;

bool is_rtp(const std::vector<Step>& steps) {
  RecordingContext context;
  FlowDriver flow(kRtp, kUdp, 20000, context);
  for (const Step& step : steps) flow.feed(step);
  return flow.mine();
}

TEST(RtpHeader, ReadsEveryPart) {
  ByteVector packet{0xb1, 0xe0, 0x12, 0x34, 0, 0, 0, 0xa0, 0xde, 0xad, 0xbe, 0xef};
  append(packet, {1, 1, 1, 1});                    // one CSRC
  append(packet, {0xbe, 0xde, 0, 1, 9, 9, 9, 9});  // an extension of one word
  append(packet, {5, 5, 5, 0, 0, 3});              // payload and padding
  RtpHeader header;
  ASSERT_TRUE(parse_rtp_header(packet, false, header));
  EXPECT_TRUE(header.marker);
  EXPECT_EQ(header.payload_type, 96);
  EXPECT_EQ(header.sequence, 0x1234);
  EXPECT_EQ(header.timestamp, 160U);
  EXPECT_EQ(header.ssrc, 0xdeadbeef);
  EXPECT_EQ(header.header_bytes, 24U);
  EXPECT_EQ(header.padding_bytes, 3U);
  packet.back() = 7;
  EXPECT_FALSE(parse_rtp_header(packet, false, header));
  EXPECT_TRUE(parse_rtp_header(packet, true, header));
  packet.back() = 0;
  EXPECT_FALSE(parse_rtp_header(packet, false, header));
  packet[19] = 9;
  EXPECT_FALSE(parse_rtp_header(packet, true, header));
}

TEST(RtpHeader, IsNotRtcpAndOfNoOtherVersion) {
  RtpHeader header;
  EXPECT_FALSE(parse_rtp_header(rtcp_compound(), false, header));
  ByteVector packet = rtp_packet(1, 1);
  packet[0] = 0x40;
  EXPECT_FALSE(parse_rtp_header(packet, false, header));
}

TEST(Rtp, IsSureAfterFourPacketsInARow) {
  std::vector<Step> steps;
  for (std::uint16_t i = 0; i < 3; ++i) steps.push_back({true, rtp_packet(i, 160U * i)});
  EXPECT_FALSE(is_rtp(steps));
  steps.push_back({true, rtp_packet(3, 480)});
  EXPECT_TRUE(is_rtp(steps));
}

TEST(Rtp, IsSureAtOnceWhenItWasAnnounced) {
  for (const bool from_initiator : {true, false}) {
    RecordingContext context;
    context.announced[{"192.0.2.53", 20000}] = {};
    FlowDriver flow(kRtp, kUdp, 20000, context);
    flow.feed(from_initiator, rtp_packet(7, 160));
    EXPECT_TRUE(flow.mine());
    EXPECT_FALSE(flow.undecided());
  }
}

TEST(Rtp, FindsASourceAmongOthers) {
  std::vector<Step> steps;
  for (std::uint16_t i = 0; i < 4; ++i) {
    steps.push_back({true, rtp_packet(i, 160U * i, 1)});
    steps.push_back({false, rtp_packet(i, 160U * i, 2)});
    steps.push_back({true, rtp_packet(i, 3000U * i, 3, 100)});
    steps.push_back({true, stun_request()});
    steps.push_back({true, rtcp_compound()});
  }
  EXPECT_TRUE(is_rtp(steps));
}

TEST(Rtp, DoesNotTakeACounterAloneForASequence) {
  const auto sequence = [](auto make) {
    std::vector<Step> steps;
    for (std::uint16_t i = 0; i < 12; ++i) steps.push_back({true, make(i)});
    return is_rtp(steps);
  };
  EXPECT_TRUE(sequence([](std::uint16_t i) { return rtp_packet(i, 160U * i); }));
  EXPECT_FALSE(sequence([](std::uint16_t i) { return rtp_packet(i, 160U * i, 0); }));         // no source
  EXPECT_FALSE(sequence([](std::uint16_t i) { return rtp_packet(i, 160U * i, 9, 50); }));     // payload type
  EXPECT_FALSE(sequence([](std::uint16_t i) { return rtp_packet(i, i * 0x10000000U, 9); }));  // clock
  EXPECT_FALSE(sequence([](std::uint16_t i) { return rtp_packet(7, 160U * i, 9); }));         // no sequence
  EXPECT_FALSE(sequence([](std::uint16_t i) { return rtp_packet(i, 160U * i, 100U + i); }));  // ever new sources
  EXPECT_FALSE(sequence([](std::uint16_t i) { return rtp_packet(i * 3, 160U * i, 9); }));     // leaps
}

TEST(Rtp, ClaimsNoRandomDatagrams) {
  std::mt19937_64 random(3550);
  RecordingContext context;
  ByteVector payload(32);
  for (int flow = 0; flow < 1'000'000; ++flow) {
    PacketView packet;
    packet.key.protocol = kUdp;
    packet.payload_data = payload.data();
    packet.payload_bytes = packet.payload_captured_bytes = static_cast<std::uint32_t>(payload.size());
    Rtp::State state{};
    Verdict verdict = Verdict::kTentative;
    for (int i = 0; i < 6 && verdict == Verdict::kTentative; ++i) {
      for (std::uint8_t& byte : payload) byte = static_cast<std::uint8_t>(random() >> 11);
      payload[0] = 0x80;
      if (i == 0) verdict = Rtp::probe(packet);
      if (verdict == Verdict::kTentative) verdict = Rtp::consume(packet, state, context);
    }
    ASSERT_TRUE(verdict == Verdict::kTentative || verdict == Verdict::kNotMine) << flow;
  }
}

TEST(Rtcp, IsACompoundThatAddsUp) {
  RecordingContext context;
  const auto seen = [&](const ByteVector& payload) {
    return FlowDriver(kRtcp, kUdp, 20001, context).feed(true, payload);
  };
  EXPECT_EQ(seen(rtcp_compound()), Verdict::kNeedMore);
  ByteVector longer = rtcp_compound();
  longer.push_back(0);
  EXPECT_EQ(seen(longer), Verdict::kNotMine);
  EXPECT_EQ(seen({0x81, 201, 0, 1, 1, 2, 3, 4}), Verdict::kNotMine);  // a block it has no room for
  EXPECT_EQ(seen({0x81, 202, 0, 1, 1, 2, 3, 4}), Verdict::kNotMine);  // no report ahead
}

TEST(Rtcp, HandsOverToRtpOnTheSamePort) {
  RecordingContext context;
  FlowDriver flow(kRtcp, kUdp, 20000, context);
  flow.feed(true, rtcp_compound());
  EXPECT_FALSE(context.handed_over);
  flow.feed(true, rtp_packet(1, 160));
  EXPECT_TRUE(context.handed_over);
}

}  // namespace
}  // namespace netpulse
