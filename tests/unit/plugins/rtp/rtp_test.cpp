#include "plugins/rtp/rtp.h"

#include <gtest/gtest.h>

#include <random>

#include "plugins/common/rtp_announcement.h"
#include "plugins/common/rtp_header.h"
#include "plugins/rtp/rtcp.h"
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
  context.per_worker_held = kRtp.make_per_worker();
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

/// A flow of RTP from its first packet to its end, with times.
class MeasuredFlow {
 public:
  explicit MeasuredFlow(bool announced, const ExpectationNote& note = {}) {
    context.per_worker_held = kRtp.make_per_worker();
    packet_.key.protocol = kUdp;
    packet_.key.lo_addr = *IpAddress::parse("192.0.2.1");
    packet_.key.hi_addr = *IpAddress::parse("192.0.2.2");
    packet_.key.lo_port = 4000;
    packet_.key.hi_port = 5000;
    packet_.received_at = {1'000'000'000};
    if (announced) context.announced[{"192.0.2.2", 5000}] = note;
  }
  Verdict feed(const ByteVector& payload, std::int64_t after_ms = 20, Direction direction = Direction::kLoToHi) {
    packet_.received_at = packet_.received_at + Duration::from_milliseconds(after_ms);
    packet_.direction = direction;
    packet_.payload_data = payload.data();
    packet_.payload_bytes = packet_.payload_captured_bytes = static_cast<std::uint32_t>(payload.size());
    const Verdict verdict = kRtp.consume(packet_, state_.data(), context);
    mine_ = mine_ || verdict == Verdict::kNeedMore;
    return verdict;
  }
  const std::vector<RecordingContext::Row>& end() {
    kRtp.end_flow(state_.data(), mine_, context);
    EXPECT_EQ(static_cast<RtpStreams*>(context.per_worker_held.get())->in_use(), 0U);
    return context.rows;
  }
  static std::int64_t value(const RecordingContext::Row& row, std::string_view column) {
    for (std::size_t i = 0; i < Rtp::kColumns.size(); ++i)
      if (Rtp::kColumns[i].name == column) return row.values.at(i);
    ADD_FAILURE() << column;
    return kNoValue;
  }

  RecordingContext context;

 private:
  PacketView packet_;
  std::array<std::uint8_t, kAnalyzerStateBytes> state_{};
  bool mine_ = false;
};

TEST(Rtp, TellsHowAStreamArrived) {
  MeasuredFlow flow(true);
  for (const std::uint16_t i : {0, 1, 2, 4, 3, 3, 5, 8, 9}) flow.feed(rtp_packet(i, 160U * i));
  flow.feed(rtcp_compound());
  flow.feed(stun_request());
  const auto& rows = flow.end();
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].sender, Direction::kLoToHi);
  EXPECT_EQ(rows[0].begun_at, Timestamp{1'020'000'000});
  const auto value = [&](std::string_view column) { return MeasuredFlow::value(rows[0], column); };
  EXPECT_EQ(value("ssrc"), 0x1b2c3d4e);
  EXPECT_EQ(value("packets"), 9);
  EXPECT_EQ(value("expected"), 10);
  EXPECT_EQ(value("lost"), 1);
  EXPECT_EQ(value("missing"), 2);
  EXPECT_EQ(value("duplicates"), 1);
  EXPECT_EQ(value("reordered"), 1);
  EXPECT_EQ(value("payload_type"), 8);
  EXPECT_EQ(value("payload_bytes"), 9 * 20);
  EXPECT_EQ(value("clock_hz"), 8000);
  EXPECT_EQ(value("clock_source"), 1);
  EXPECT_EQ(value("duration_ms"), 160'000'000);
  EXPECT_GT(value("jitter_ms_max"), 0);
  EXPECT_EQ(value("mos_loss_ratio"), 200) << "two of ten never came";
  EXPECT_EQ(value("mos_delay_ms"), 80'000'000);
  EXPECT_EQ(value("mos_buffer_ms"), 60'000'000);
  EXPECT_EQ(value("mos_ie"), 0);
  EXPECT_EQ(value("mos_bpl"), 25'100) << "G.711 with concealment (G.113 appendix I)";
  EXPECT_EQ(value("discarded"), 0);
  EXPECT_EQ(value("round_trip_ms"), kNoValue);
  EXPECT_NEAR(static_cast<double>(value("mos_estimated")), 2500, 300);
  EXPECT_EQ(value("replaces_ssrc"), kNoValue);
  EXPECT_EQ(flow.context.counter(Rtp::kCounterPackets), 9U);
  EXPECT_EQ(flow.context.counter(Rtp::kCounterLost), 2U);
  EXPECT_EQ(flow.context.counter(Rtp::kCounterStreams), 1U);
  EXPECT_EQ(flow.context.latencies.size(), 1U);
  ASSERT_EQ(flow.context.plain_values[Rtp::kHistogramMos].size(), 1U);
  EXPECT_NEAR(flow.context.plain_values[Rtp::kHistogramMos][0] * 1e3, static_cast<double>(value("mos_estimated")),
              0.51);
  const auto number = [&](FlowNumber kind) { return flow.context.numbers.at({kind, Direction::kLoToHi}); };
  EXPECT_EQ(number(FlowNumber::kMediaLost), 2);
  EXPECT_EQ(number(FlowNumber::kMediaJitterNanoseconds), value("jitter_ms"));
  EXPECT_EQ(number(FlowNumber::kMediaMosThousandths), value("mos_estimated"));
  EXPECT_EQ(flow.context.numbers.size(), 3U) << "the other end sent nothing";
}

TEST(Rtp, WhatComesTooLateCountsForTheOpinionScore) {
  MeasuredFlow flow(true);
  for (std::uint16_t i = 0; i < 100; ++i) flow.feed(rtp_packet(i, 160U * i), i % 10 == 5 ? 90 : i % 10 == 6 ? -50 : 20);
  const auto& rows = flow.end();
  EXPECT_EQ(MeasuredFlow::value(rows[0], "missing"), 0);
  EXPECT_EQ(MeasuredFlow::value(rows[0], "discarded"), 10);
  EXPECT_EQ(MeasuredFlow::value(rows[0], "mos_loss_ratio"), 100);
}

TEST(Rtp, TheRecordTellsOfTheWorstStreamOfEachEnd) {
  MeasuredFlow flow(true);
  for (const std::uint32_t ssrc : {1U, 2U})
    for (std::uint16_t i = 0; i < 40; ++i)
      if (ssrc == 1 || i % 4 != 2) flow.feed(rtp_packet(i, 160U * i, ssrc));
  for (std::uint16_t i = 0; i < 4; ++i) flow.feed(rtp_packet(i, 160U * i, 3, 111), 20, Direction::kHiToLo);
  std::int64_t worst = 5000;
  for (const auto& row : flow.end())
    if (row.sender == Direction::kLoToHi) worst = std::min(worst, MeasuredFlow::value(row, "mos_estimated"));
  const auto& numbers = flow.context.numbers;
  EXPECT_EQ(numbers.at({FlowNumber::kMediaLost, Direction::kLoToHi}), 10);
  EXPECT_EQ(numbers.at({FlowNumber::kMediaMosThousandths, Direction::kLoToHi}), worst);
  EXPECT_EQ(numbers.at({FlowNumber::kMediaLost, Direction::kHiToLo}), 0);
  EXPECT_EQ(numbers.count({FlowNumber::kMediaMosThousandths, Direction::kHiToLo}), 0U) << "of no codec known here";
  EXPECT_EQ(numbers.count({FlowNumber::kMediaJitterNanoseconds, Direction::kHiToLo}), 0U) << "without a clock";
}

TEST(Rtp, MeasuresFromTheFirstPacketThoughItIsSureOnlyLater) {
  MeasuredFlow flow(false);
  for (const std::uint16_t i : {10, 11, 13, 14, 15, 16, 17}) flow.feed(rtp_packet(i, 160U * i));
  const auto& rows = flow.end();
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(MeasuredFlow::value(rows[0], "packets"), 7);
  EXPECT_EQ(MeasuredFlow::value(rows[0], "lost"), 1);
}

TEST(Rtp, TellsNothingOfWhatItOnlyTookForRtp) {
  MeasuredFlow flow(false);
  for (std::uint16_t i = 0; i < 3; ++i) flow.feed(rtp_packet(i, 160U * i));
  EXPECT_TRUE(flow.end().empty());
  EXPECT_EQ(flow.context.counter(Rtp::kCounterPackets), 0U);
}

TEST(Rtp, KnowsAnAnnouncedClockAndTellsStreamsApart) {
  ExpectationNote note{};
  RtpAnnouncement::add(note, 111, 48000);
  MeasuredFlow flow(true, note);
  for (std::uint16_t i = 0; i < 4; ++i) flow.feed(rtp_packet(i, 960U * i, 1, 111));
  for (std::uint16_t i = 0; i < 4; ++i) flow.feed(rtp_packet(i, 960U * i, 2, 111));  // begins when the first is over
  for (std::uint16_t i = 0; i < 4; ++i) flow.feed(rtp_packet(i, 960U * i, 1, 111), 20, Direction::kHiToLo);
  flow.feed(rtp_packet(7, 0, 99, 111));  // one alone is not told
  const auto rows = flow.end();
  ASSERT_EQ(rows.size(), 3U);
  std::size_t replaced = 0, back = 0;
  for (const auto& row : rows) {
    EXPECT_EQ(MeasuredFlow::value(row, "clock_hz"), 48000);
    EXPECT_EQ(MeasuredFlow::value(row, "clock_source"), 2);
    EXPECT_EQ(MeasuredFlow::value(row, "jitter_ms_max"), 0);
    EXPECT_EQ(MeasuredFlow::value(row, "mos_estimated"), kNoValue) << "of no codec that is known here";
    replaced += MeasuredFlow::value(row, "replaces_ssrc") == 1 ? 1 : 0;
    back += row.sender == Direction::kHiToLo ? 1 : 0;
  }
  EXPECT_EQ(replaced, 1U);
  EXPECT_EQ(back, 1U);
}

TEST(Rtp, TellsCountersAtIntervals) {
  MeasuredFlow flow(true);
  for (std::uint16_t i = 0; i < 600; ++i) flow.feed(rtp_packet(i, 160U * i));
  EXPECT_EQ(flow.context.latencies.size(), 2U) << "after five and ten seconds";
  EXPECT_EQ(flow.context.counter(Rtp::kCounterPackets), 501U);
  flow.end();
  EXPECT_EQ(flow.context.counter(Rtp::kCounterPackets), 600U);
}

TEST(Rtp, GivesUpAnAnnouncedFlowThatIsSomethingElse) {
  MeasuredFlow flow(true);
  Verdict verdict = Verdict::kNeedMore;
  int datagrams = 0;
  for (std::uint16_t i = 0; i < 1000 && verdict == Verdict::kNeedMore; ++i, ++datagrams)
    verdict = flow.feed(rtp_packet(static_cast<std::uint16_t>(i * 7), i, 100U + i));
  EXPECT_EQ(verdict, Verdict::kNotMine);
  EXPECT_EQ(datagrams, Rtp::kDatagramsMax + 2);
  EXPECT_TRUE(flow.end().empty());
}

TEST(Rtp, IsBoundedInSourcesPerFlow) {
  MeasuredFlow flow(true);
  for (std::uint16_t i = 0; i < 2; ++i) flow.feed(rtp_packet(i, 160U * i, 5000));
  for (std::uint32_t ssrc = 1; ssrc <= 1000; ++ssrc) flow.feed(rtp_packet(1, 1, ssrc));
  EXPECT_EQ(flow.context.counter(Rtp::kCounterUnmeasured), 1001U - RtpStreams::kStreamsPerFlowMax);
  EXPECT_EQ(flow.end().size(), 1U);
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

/// A sender's report with an NTP time stamp, and a receiver's report that refers to it.
ByteVector sender_report(std::uint32_t seconds, std::uint32_t fraction, std::uint32_t ssrc = 0x01020304) {
  ByteVector out{0x80, 200, 0, 6};
  for (const std::uint32_t value : {ssrc, seconds, fraction}) {
    put_u16(out, value >> 16);
    put_u16(out, value & 0xffff);
  }
  append(out, ByteVector(12, 0));
  return out;
}
ByteVector receiver_report(std::uint32_t reference, std::uint32_t delay, std::uint32_t ssrc = 0) {
  ByteVector out{0x81, 201, 0, 7, 9, 9, 9, 9};
  put_u16(out, ssrc >> 16);
  put_u16(out, ssrc & 0xffff);
  append(out, ByteVector(12, 0));
  for (const std::uint32_t value : {reference, delay}) {
    put_u16(out, value >> 16);
    put_u16(out, value & 0xffff);
  }
  return out;
}

TEST(Rtcp, KnowsASendersReportByItself) {
  RecordingContext context;
  FlowDriver flow(kRtcp, kUdp, 20001, context);
  flow.feed(true, sender_report(1, 2));
  EXPECT_TRUE(flow.mine());
  ByteVector short_one = sender_report(1, 2);
  short_one[3] = 5;
  short_one.resize(24);
  FlowDriver other(kRtcp, kUdp, 20001, context);
  other.feed(true, short_one);
  EXPECT_FALSE(other.mine());
}

TEST(Rtcp, MeasuresTheRoundTripToTheReceiver) {
  RecordingContext context;
  FlowDriver flow(kRtcp, kUdp, 20001, context);
  const auto at = [&](std::int64_t milliseconds) {
    flow.packet().received_at = {1'000'000'000 + milliseconds * 1'000'000};
  };
  at(0);
  flow.feed(true, sender_report(0xb705'1234, 0x8000'ffff));
  at(300);
  flow.feed(true, receiver_report(0x1234'8000, 0x4000));   // its own side's report
  flow.feed(false, receiver_report(0x1234'8001, 0x4000));  // another report
  flow.feed(false, receiver_report(0, 0));                 // none was there yet
  flow.feed(false, receiver_report(0x1234'8000, 0x8000));  // held for longer than has passed
  EXPECT_TRUE(context.latencies.empty());
  flow.feed(false, receiver_report(0x1234'8000, 0x4000));  // 250 ms
  EXPECT_EQ(context.latencies, std::vector<Duration>{Duration::from_milliseconds(50)});
}

TEST(Rtp, MeasuresRoundTripsByRtcpOnItsOwnPort) {
  MeasuredFlow flow(true);
  const auto back = [&](const ByteVector& report, std::int64_t after_ms) {
    flow.feed(report, after_ms, Direction::kHiToLo);
  };
  for (std::uint16_t i = 0; i < 4; ++i) flow.feed(rtp_packet(i, 160U * i, 7));
  for (std::uint16_t i = 0; i < 4; ++i) flow.feed(rtp_packet(i, 160U * i, 8));
  const std::size_t before = flow.context.latencies.size();
  flow.feed(sender_report(0xb705'1234, 0x8000'ffff, 7));
  back(receiver_report(0x1234'8000, 0x4000, 8), 280);  // of another source
  flow.feed(receiver_report(0x1234'8000, 0x4000, 7));  // from its own side
  EXPECT_EQ(flow.context.latencies.size(), before);
  back(receiver_report(0x1234'8000, 0x4000, 7), 0);  // 300 ms later, held for 250
  back(receiver_report(0x1234'8000, 0x4000, 7), 20);
  EXPECT_EQ(flow.context.latencies.size(), before + 2);
  EXPECT_EQ(flow.context.counter(Rtp::kCounterSenderReports), 1U);
  EXPECT_EQ(flow.context.counter(Rtp::kCounterReceiverReports), 4U);
  for (const auto& row : flow.end()) {
    const bool reported = MeasuredFlow::value(row, "ssrc") == 7;
    EXPECT_EQ(MeasuredFlow::value(row, "round_trip_ms"), reported ? 60'000'000 : kNoValue);
  }
}

TEST(Rtcp, LooksAtABoundedNumberOfReports) {
  ByteVector datagram;
  for (int i = 0; i < 2000; ++i) append(datagram, sender_report(1, 2));
  int reports = 0, blocks = 0;
  read_rtcp_reports(
      datagram, [&](std::uint8_t, std::uint32_t, std::uint32_t) { ++reports; },
      [&](const RtcpReportBlock&) { ++blocks; });
  EXPECT_EQ(reports, kRtcpItemsMax);
  ByteVector full{0x9f, 201, 0, 1 + 31 * 6, 9, 9, 9, 9};
  append(full, ByteVector(31 * 24, 0));
  datagram.clear();
  for (int i = 0; i < 10; ++i) append(datagram, full);
  reports = 0;
  read_rtcp_reports(
      datagram, [&](std::uint8_t, std::uint32_t, std::uint32_t) { ++reports; },
      [&](const RtcpReportBlock&) { ++blocks; });
  EXPECT_EQ(reports, 2);
  EXPECT_EQ(blocks, kRtcpItemsMax - 2);
}

}  // namespace
}  // namespace netpulse
