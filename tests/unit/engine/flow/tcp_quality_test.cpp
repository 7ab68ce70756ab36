#include "engine/flow/tcp_quality.h"

#include <gtest/gtest.h>

#include <cstring>
#include <initializer_list>
#include <random>

#include "tests/unit/engine/flow/tcp_conversation.h"

namespace netpulse {

class TcpQualityTestPeer {
 public:
  static TcpObservation observe_fully(TcpQuality& quality, const PacketView& packet, TcpCounters& counters) {
    return quality.observe_fully(packet, counters);
  }
};

namespace {

constexpr std::uint8_t kSyn = TcpFlags::kSyn, kAck = TcpFlags::kAck, kFin = TcpFlags::kFin, kRst = TcpFlags::kRst;
constexpr std::uint8_t kSynAck = kSyn | kAck;
constexpr bool kClient = true, kServer = false;

/// RFC 7323 section 2.2.
std::vector<std::uint8_t> window_scale(std::uint8_t shift) { return {3, 3, shift, 1}; }

/// RFC 9293 section 3.2.
std::vector<std::uint8_t> segment_bytes_max(unsigned bytes) {
  return {2, 4, static_cast<std::uint8_t>(bytes >> 8), static_cast<std::uint8_t>(bytes)};
}
/// RFC 7323 section 3.2, as it is mostly laid out.
std::vector<std::uint8_t> time_stamps(std::uint32_t value, std::uint32_t echo) {
  std::vector<std::uint8_t> option{1, 1, 8, 10};
  for (const std::uint32_t number : {value, echo})
    for (int shift = 24; shift >= 0; shift -= 8) option.push_back(static_cast<std::uint8_t>(number >> shift));
  return option;
}

/// RFC 2018 section 3. blocks: left and right edges in turn.
std::vector<std::uint8_t> sack(std::initializer_list<std::uint32_t> edges) {
  std::vector<std::uint8_t> option{1, 1, 5, static_cast<std::uint8_t>(2 + edges.size() * 4)};
  for (const std::uint32_t number : edges)
    for (int shift = 24; shift >= 0; shift -= 8) option.push_back(static_cast<std::uint8_t>(number >> shift));
  return option;
}
std::vector<std::uint8_t> join(std::vector<std::uint8_t> a, const std::vector<std::uint8_t>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

/// SYN at 0 ms, SYN/ACK at 30 ms, ACK at 40 ms. Client data begins at 1001, server data at 5001.
void shake_hands(TestConversation& tcp, std::vector<std::uint8_t> client_options = {},
                 std::vector<std::uint8_t> server_options = {}) {
  EXPECT_EQ(tcp.finds({kClient, 0, kSyn, 1000, 0, 0, 1000, 0, std::move(client_options)}), "");
  EXPECT_EQ(tcp.finds({kServer, 30, kSynAck, 5000, 1001, 0, 1000, 0, std::move(server_options)}), "");
  EXPECT_EQ(tcp.finds({kClient, 40, kAck, 1001, 5001}), "");
}
TestConversation after_handshake() {
  TestConversation tcp;
  shake_hands(tcp);
  return tcp;
}

TEST(TcpQuality, SegmentsInOrderShowNothing) {
  TestConversation tcp = after_handshake();
  EXPECT_EQ(tcp.finds({kClient, 50, kAck, 1001, 5001, 100}), "");
  EXPECT_EQ(tcp.finds({kServer, 60, kAck, 5001, 1101}), "");
  EXPECT_EQ(tcp.finds({kServer, 61, kAck, 5001, 1101, 500}), "");
  EXPECT_EQ(tcp.finds({kServer, 62, kAck, 5501, 1101, 400}), "");
  EXPECT_EQ(tcp.finds({kClient, 70, kAck, 1101, 5901}), "");
  EXPECT_EQ(tcp.finds({kClient, 80, kFin | kAck, 1101, 5901}), "");
  EXPECT_EQ(tcp.finds({kServer, 90, kFin | kAck, 5901, 1102}), "");
  EXPECT_EQ(tcp.finds({kClient, 99, kAck, 1102, 5902}), "");
  EXPECT_FALSE(tcp.quality.counters_in_use());
}

TEST(TcpQuality, BytesSeenBeforeAreARetransmission) {
  TestConversation tcp = after_handshake();
  tcp.see({kClient, 50, kAck, 1001, 5001, 100});
  tcp.see({kClient, 51, kAck, 1101, 5001, 100});
  EXPECT_EQ(tcp.finds({kClient, 300, kAck, 1001, 5001, 100}), "retransmissions");
  EXPECT_EQ(tcp.finds({kClient, 301, kAck, 1101, 5001, 100}), "retransmissions");
  EXPECT_EQ(tcp.count(kClient, TcpFinding::kRetransmission), 2U);
  EXPECT_EQ(tcp.count(kServer, TcpFinding::kRetransmission), 0U);
}

TEST(TcpQuality, ASynAndAFinAreRetransmittedToo) {
  TestConversation tcp;
  tcp.see({kClient, 0, kSyn, 1000});
  EXPECT_EQ(tcp.finds({kClient, 1000, kSyn, 1000}), "retransmissions");
  EXPECT_EQ(tcp.finds({kServer, 1030, kSynAck, 5000, 1001}), "");
  EXPECT_EQ(tcp.finds({kServer, 2030, kSynAck, 5000, 1001}), "retransmissions");
  tcp.see({kClient, 2040, kAck, 1001, 5001});
  tcp.see({kClient, 2050, kFin | kAck, 1001, 5001});
  EXPECT_EQ(tcp.finds({kClient, 2350, kFin | kAck, 1001, 5001}), "retransmissions");
}

TEST(TcpQuality, ALateSegmentIsOutOfOrderWithinTheHandshakesRtt) {
  TestConversation tcp = after_handshake();  // 40 ms
  tcp.see({kClient, 50, kAck, 1001, 5001, 100});
  tcp.see({kClient, 50, kAck, 1201, 5001, 100});
  EXPECT_EQ(tcp.finds({kClient, 89, kAck, 1101, 5001, 100}), "out_of_order");
  tcp.see({kClient, 100, kAck, 1401, 5001, 100});
  EXPECT_EQ(tcp.finds({kClient, 141, kAck, 1301, 5001, 100}), "retransmissions");
}

TEST(TcpQuality, WithoutAHandshakeALateSegmentIsOutOfOrderWithinThreeMilliseconds) {
  TestConversation tcp;
  tcp.see({kClient, 0, kAck, 1001, 5001, 100});
  tcp.see({kClient, 1, kAck, 1301, 5001, 100});
  EXPECT_EQ(tcp.finds({kClient, 3.9, kAck, 1101, 5001, 100}), "out_of_order");
  EXPECT_EQ(tcp.finds({kClient, 4.1, kAck, 1201, 5001, 100}), "retransmissions");
}

TEST(TcpQuality, TheHighestSegmentAgainIsARetransmissionHoweverSoon) {
  TestConversation tcp = after_handshake();
  tcp.see({kClient, 50, kAck, 1001, 5001, 100});
  EXPECT_EQ(tcp.finds({kClient, 50.1, kAck, 1001, 5001, 100}), "retransmissions");
}

TEST(TcpQuality, UnlessAPureAckHadMovedTheEndThere) {
  TestConversation tcp = after_handshake();
  EXPECT_EQ(tcp.finds({kClient, 50, kAck, 1101, 5001}), "lost_segments");
  EXPECT_EQ(tcp.finds({kClient, 51, kAck, 1001, 5001, 100}), "out_of_order");
}

TEST(TcpQuality, TwoDuplicateAcksMakeAFastRetransmission) {
  TestConversation tcp = after_handshake();
  for (std::uint32_t i = 0; i < 4; ++i) tcp.see({kClient, 50, kAck, 1001 + i * 100, 5001, 100});
  tcp.see({kServer, 100, kAck, 5001, 1101});
  EXPECT_EQ(tcp.finds({kServer, 101, kAck, 5001, 1101}), "duplicate_acks");
  EXPECT_EQ(tcp.finds({kServer, 102, kAck, 5001, 1101}), "duplicate_acks");
  EXPECT_EQ(tcp.finds({kClient, 121, kAck, 1101, 5001, 100}), "retransmissions fast_retransmissions");
}

TEST(TcpQuality, AFastRetransmissionComesWithinTwentyMillisecondsAndNotAfterOneDuplicate) {
  TestConversation late = after_handshake();
  for (std::uint32_t i = 0; i < 4; ++i) late.see({kClient, 50, kAck, 1001 + i * 100, 5001, 100});
  for (int i = 0; i < 3; ++i) late.see({kServer, 100, kAck, 5001, 1101});
  EXPECT_EQ(late.finds({kClient, 121, kAck, 1101, 5001, 100}), "retransmissions");
  TestConversation once = after_handshake();
  for (std::uint32_t i = 0; i < 4; ++i) once.see({kClient, 50, kAck, 1001 + i * 100, 5001, 100});
  for (int i = 0; i < 2; ++i) once.see({kServer, 100, kAck, 5001, 1101});
  EXPECT_EQ(once.finds({kClient, 101, kAck, 1101, 5001, 100}), "retransmissions");
}

TEST(TcpQuality, ARetransmissionOfAcknowledgedBytesIsSpurious) {
  TestConversation tcp = after_handshake();
  tcp.see({kClient, 50, kAck, 1001, 5001, 100});
  tcp.see({kServer, 90, kAck, 5001, 1101});
  EXPECT_EQ(tcp.finds({kClient, 91, kAck, 1001, 5001, 100}), "retransmissions spurious_retransmissions");
}

TEST(TcpQuality, ASegmentBehindAGapShowsALostOneAndAResetDoesNot) {
  TestConversation tcp = after_handshake();
  EXPECT_EQ(tcp.finds({kClient, 50, kAck, 1101, 5001, 100}), "lost_segments");
  EXPECT_EQ(tcp.finds({kClient, 50, kAck, 1201, 5001, 100}), "");
  EXPECT_EQ(tcp.finds({kServer, 51, kRst | kAck, 5901, 1001}), "resets");
}

TEST(TcpQuality, ADuplicateAckRepeatsAckAndWindowAndCarriesNothing) {
  TestConversation tcp = after_handshake();
  EXPECT_EQ(tcp.finds({kServer, 50, kAck, 5001, 1001, 0, 900}), "");
  EXPECT_EQ(tcp.finds({kServer, 50, kAck, 5001, 1001, 0, 900}), "duplicate_acks");
  EXPECT_EQ(tcp.finds({kServer, 51, kAck, 5001, 1001, 0, 901}), "");
  EXPECT_EQ(tcp.finds({kServer, 52, kAck, 5001, 1001, 10, 901}), "");
  EXPECT_EQ(tcp.finds({kServer, 53, kFin | kAck, 5011, 1001, 0, 901}), "");
  EXPECT_EQ(tcp.finds({kServer, 54, kRst | kAck, 5012, 1001, 0, 901}), "resets");
}

TEST(TcpQuality, AKeepAliveBeginsOneByteEarlyAndItsAnswerIsNoDuplicate) {
  TestConversation tcp = after_handshake();
  tcp.see({kServer, 41, kAck, 5001, 1001});
  EXPECT_EQ(tcp.finds({kClient, 20'000, kAck, 1000, 5001}), "keep_alives");
  EXPECT_EQ(tcp.finds({kServer, 20'010, kAck, 5001, 1001}), "");
  EXPECT_EQ(tcp.finds({kClient, 40'000, kAck, 1000, 5001, 1}), "keep_alives");
  EXPECT_EQ(tcp.finds({kServer, 40'010, kAck, 5001, 1001}), "");
  EXPECT_EQ(tcp.finds({kServer, 40'020, kAck, 5001, 1001}), "");  // the last from the client still is a keep-alive
  tcp.see({kClient, 40'030, kAck, 1001, 5001, 10});
  EXPECT_EQ(tcp.finds({kServer, 40'040, kAck, 5001, 1001}), "duplicate_acks");
}

TEST(TcpQuality, TheByteThatProbesAZeroWindowIsSentAgain) {
  TestConversation tcp = after_handshake();
  tcp.see({kClient, 50, kAck, 1001, 5001, 100});
  EXPECT_EQ(tcp.finds({kServer, 60, kAck, 5001, 1101, 0, 0}), "zero_windows");
  EXPECT_EQ(tcp.finds({kClient, 260, kAck, 1101, 5001, 1}), "");
  EXPECT_EQ(tcp.finds({kServer, 270, kAck, 5001, 1101, 0, 0}), "zero_windows");
  EXPECT_EQ(tcp.finds({kServer, 300, kAck, 5001, 1101, 0, 1000}), "");
  EXPECT_EQ(tcp.finds({kClient, 310, kAck, 1101, 5001, 100}), "");
  EXPECT_EQ(tcp.finds({kClient, 320, kRst, 1201, 0, 0, 0}), "resets");  // no window is meant
}

TEST(TcpQuality, AWindowIsFullByTheScaleOfItsSender) {
  TestConversation tcp;
  shake_hands(tcp, window_scale(7), window_scale(2));
  tcp.see({kServer, 41, kAck, 5001, 1001, 0, 100});  // 400 bytes
  EXPECT_EQ(tcp.finds({kClient, 50, kAck, 1001, 5001, 100}), "");
  EXPECT_EQ(tcp.finds({kClient, 51, kAck, 1101, 5001, 300}), "windows_full");
}

TEST(TcpQuality, TheWindowOfASynIsNotScaled) {
  TestConversation tcp;
  shake_hands(tcp, window_scale(7), window_scale(2));
  EXPECT_EQ(tcp.finds({kClient, 50, kAck, 1001, 5001, 1000}), "windows_full");
}

TEST(TcpQuality, WindowsAreScaledOnlyIfBothSidesOffer) {
  TestConversation tcp;
  shake_hands(tcp, {}, window_scale(2));
  tcp.see({kServer, 41, kAck, 5001, 1001, 0, 100});
  EXPECT_EQ(tcp.finds({kClient, 50, kAck, 1001, 5001, 100}), "windows_full");
}

TEST(TcpQuality, AShiftCountIsFourteenAtMost) {
  TestConversation tcp;
  shake_hands(tcp, window_scale(0), window_scale(255));
  tcp.see({kServer, 41, kAck, 5001, 1001, 0, 1});
  EXPECT_EQ(tcp.finds({kClient, 50, kAck, 1001, 5001, 1 << 13}), "");
  EXPECT_EQ(tcp.finds({kClient, 51, kAck, 1001 + (1 << 13), 5001, 1 << 13}), "windows_full");
}

TEST(TcpQuality, WithoutTheSynsNobodyKnowsWhenAWindowIsFull) {
  TestConversation tcp;
  tcp.see({kServer, 41, kAck, 5001, 1001, 0, 100});
  EXPECT_EQ(tcp.finds({kClient, 50, kAck, 1001, 5001, 100}), "");
  TestConversation cut;  // the options of the SYN/ACK were not captured
  cut.see({kClient, 0, kSyn, 1000});
  TestPacket packet({kServer, 30, kSynAck, 5000, 1001, 0, 1000, 0, window_scale(2)});
  packet.view.captured_bytes -= 2;
  cut.quality.observe(packet.view, cut.counters);
  cut.see({kClient, 40, kAck, 1001, 5001});
  cut.see({kServer, 41, kAck, 5001, 1001, 0, 100});
  EXPECT_EQ(cut.finds({kClient, 50, kAck, 1001, 5001, 100}), "");
}

TEST(TcpQuality, AnAckOfBytesThatWereNeverSeenIsCountedOnce) {
  TestConversation tcp = after_handshake();
  EXPECT_EQ(tcp.finds({kServer, 50, kAck, 5001, 3001}), "unseen_acknowledged");
  EXPECT_EQ(tcp.finds({kServer, 51, kAck, 5001, 3001, 10}), "");
  EXPECT_EQ(tcp.finds({kServer, 52, kAck, 5011, 3501, 10}), "unseen_acknowledged");
}

TEST(TcpQuality, TheHandshakesRttIsSplitAtThePlaceOfCapture) {
  TestConversation tcp;
  shake_hands(tcp);
  EXPECT_EQ(tcp.quality.handshake_rtt(), Duration::from_milliseconds(40));
  EXPECT_EQ(tcp.quality.handshake_server_rtt(), Duration::from_milliseconds(30));
  EXPECT_EQ(tcp.quality.handshake_client_rtt(), Duration::from_milliseconds(10));
}

TEST(TcpQuality, TheLastStepOfAHandshakeIsReportedOnce) {
  TestConversation tcp;
  EXPECT_EQ(tcp.see({kClient, 0, kSyn, 1000}).findings, 0U);
  EXPECT_EQ(tcp.see({kServer, 30, kSynAck, 5000, 1001}).findings, 0U);
  EXPECT_EQ(tcp.see({kClient, 40, kAck, 1001, 5001}).findings, TcpObservation::kHandshakeMeasured);
  EXPECT_EQ(tcp.see({kClient, 50, kFin | kAck, 1001, 5001}).findings, 0U);
}

TEST(TcpQuality, AHandshakeWithRepeatsHasNoSplit) {
  TestConversation tcp;
  tcp.see({kClient, 0, kSyn, 1000});
  tcp.see({kClient, 1000, kSyn, 1000});
  tcp.see({kServer, 1030, kSynAck, 5000, 1001});
  EXPECT_EQ(tcp.see({kClient, 1040, kAck, 1001, 5001}).findings, 0U);
  EXPECT_EQ(tcp.quality.handshake_rtt(), Duration::from_milliseconds(40));  // from the last SYN
  EXPECT_EQ(tcp.quality.handshake_server_rtt(), std::nullopt);
  EXPECT_EQ(tcp.quality.handshake_client_rtt(), std::nullopt);
  TestConversation answers;
  answers.see({kClient, 0, kSyn, 1000});
  answers.see({kServer, 30, kSynAck, 5000, 1001});
  answers.see({kServer, 1030, kSynAck, 5000, 1001});
  answers.see({kClient, 1040, kAck, 1001, 5001});
  EXPECT_EQ(answers.quality.handshake_rtt(), Duration::from_milliseconds(1040));
  EXPECT_EQ(answers.quality.handshake_server_rtt(), std::nullopt);
}

TEST(TcpQuality, ARefusalIsAnAnswerButNoHandshake) {
  TestConversation tcp;
  tcp.see({kClient, 0, kSyn, 1000});
  EXPECT_EQ(tcp.see({kServer, 25, kRst | kAck, 0, 1001, 0, 0}).findings, 1U << static_cast<int>(TcpFinding::kReset));
  EXPECT_EQ(tcp.quality.handshake_rtt(), Duration::from_milliseconds(25));
  EXPECT_EQ(tcp.quality.handshake_server_rtt(), std::nullopt);
}

TEST(TcpQuality, DataRttIsSmoothedByAnEighthAndTheSmallestIsKept) {
  TestConversation tcp = after_handshake();
  EXPECT_EQ(tcp.quality.rtt_smoothed(Direction::kLoToHi), std::nullopt);
  tcp.see({kClient, 100, kAck, 1001, 5001, 100});
  EXPECT_EQ(tcp.see({kServer, 180, kAck, 5001, 1101}).rtt_ticks, 80U * 4000);
  EXPECT_EQ(tcp.quality.rtt_smoothed(Direction::kLoToHi), Duration::from_milliseconds(80));
  tcp.see({kClient, 200, kAck, 1101, 5001, 100});
  tcp.see({kServer, 360, kAck, 5001, 1201});
  EXPECT_EQ(tcp.quality.rtt_smoothed(Direction::kLoToHi), Duration::from_milliseconds(90));  // 80 * 7/8 + 160 / 8
  EXPECT_EQ(tcp.quality.rtt_min(Direction::kLoToHi), Duration::from_milliseconds(80));
  EXPECT_EQ(tcp.quality.rtt_smoothed(Direction::kHiToLo), std::nullopt);
}

TEST(TcpQuality, OneSegmentIsTimedAtATimeUntilItIsAcknowledgedWhole) {
  TestConversation tcp = after_handshake();
  tcp.see({kClient, 100, kAck, 1001, 5001, 100});
  tcp.see({kClient, 150, kAck, 1101, 5001, 100});
  EXPECT_EQ(tcp.see({kServer, 160, kAck, 5001, 1051}).rtt_ticks, TcpObservation::kNoRtt);
  EXPECT_EQ(tcp.see({kServer, 170, kAck, 5001, 1201}).rtt_ticks, 70U * 4000);
}

TEST(TcpQuality, WhatWasSentTwiceTellsNoRtt) {
  TestConversation tcp = after_handshake();
  tcp.see({kClient, 100, kAck, 1001, 5001, 100});
  tcp.see({kClient, 400, kAck, 1001, 5001, 100});
  EXPECT_EQ(tcp.see({kServer, 480, kAck, 5001, 1101}).rtt_ticks, TcpObservation::kNoRtt);
  tcp.see({kClient, 500, kAck, 1101, 5001, 100});
  EXPECT_EQ(tcp.see({kServer, 580, kAck, 5001, 1201}).rtt_ticks, 80U * 4000);
}

TEST(TcpQuality, NorDoesWhatWaitedForAHoleToBeFilled) {
  TestConversation tcp = after_handshake();
  tcp.see({kClient, 100, kAck, 1101, 5001, 100});  // before it, 100 bytes were lost
  tcp.see({kClient, 101, kAck, 1201, 5001, 100});  // timed
  tcp.see({kClient, 400, kAck, 1001, 5001, 100});  // fills the hole
  EXPECT_EQ(tcp.see({kServer, 480, kAck, 5001, 1301}).rtt_ticks, TcpObservation::kNoRtt);
}

TEST(TcpQuality, SequenceNumbersWrap) {
  TestConversation tcp;
  tcp.see({kClient, 0, kAck, 0xffffff80, 0xfffffff0, 0x40});
  EXPECT_EQ(tcp.finds({kServer, 10, kAck, 0xfffffff0, 0xffffffc0, 0x20}), "");
  EXPECT_EQ(tcp.finds({kClient, 20, kAck, 0xffffffc0, 0x10, 0x80}), "");  // to 0x40
  EXPECT_EQ(tcp.finds({kServer, 30, kAck, 0x10, 0x40}), "");
  EXPECT_EQ(tcp.quality.rtt_smoothed(Direction::kLoToHi), Duration::from_milliseconds(10));
  EXPECT_EQ(tcp.finds({kClient, 40, kAck, 0x80, 0x10, 0x10}), "lost_segments");
  EXPECT_EQ(tcp.finds({kClient, 90, kAck, 0xffffffc0, 0x10, 0x90}), "retransmissions");
  EXPECT_EQ(tcp.finds({kClient, 91, kAck, 0xffffffc0, 0x10, 0x10}), "retransmissions spurious_retransmissions");
}

TEST(TcpQuality, InMidstreamTheFirstSegmentSetsTheBase) {
  TestConversation tcp;
  EXPECT_EQ(tcp.finds({kServer, 0, kAck, 777'000, 123'000, 1000}), "");
  EXPECT_EQ(tcp.finds({kClient, 1, kAck, 123'000, 778'000}), "");
  EXPECT_EQ(tcp.finds({kServer, 2, kAck, 778'000, 123'000, 1000}), "");
  EXPECT_EQ(tcp.quality.handshake_rtt(), std::nullopt);
}

TEST(TcpQuality, OneWayTrafficHasRetransmissionsAndNoRtt) {
  TestConversation tcp;
  for (std::uint32_t i = 0; i < 10; ++i)
    EXPECT_EQ(tcp.finds({kClient, i * 1.0, kAck, 0x80000000 + i * 100, 5001, 100}), "");
  EXPECT_EQ(tcp.finds({kClient, 300, kAck, 0x80000000, 5001, 100}), "retransmissions");
  EXPECT_EQ(tcp.quality.rtt_smoothed(Direction::kLoToHi), std::nullopt);
}

TEST(TcpQuality, ARecordsCountersBeginAnewAndItsStateStays) {
  TestConversation tcp = after_handshake();
  tcp.see({kClient, 50, kAck, 1001, 5001, 100});
  tcp.see({kClient, 300, kAck, 1001, 5001, 100});
  EXPECT_EQ(tcp.count(kClient, TcpFinding::kRetransmission), 1U);
  tcp.quality.restart_counters();
  EXPECT_FALSE(tcp.quality.counters_in_use());
  EXPECT_EQ(tcp.quality.handshake_rtt(), std::nullopt);  // it was in the record before
  EXPECT_EQ(tcp.quality.handshake_server_rtt(), std::nullopt);
  EXPECT_EQ(tcp.finds({kClient, 900, kAck, 1001, 5001, 100}), "retransmissions");
  EXPECT_EQ(tcp.count(kClient, TcpFinding::kRetransmission), 1U);
}

TEST(TcpQuality, TheSamePacketAgainWithinMicrosecondsIsADuplicateFrame) {
  TestConversation tcp = after_handshake();
  tcp.see({kClient, 50, kAck, 1001, 5001, 100, 1000, 77});
  EXPECT_EQ(tcp.finds({kClient, 50.02, kAck, 1001, 5001, 100, 1000, 77}), "retransmissions duplicate_frames");
  EXPECT_EQ(tcp.see({kServer, 130, kAck, 5001, 1101, 0, 1000, 9}).rtt_ticks, 80U * 4000);  // sent once after all
  EXPECT_EQ(tcp.finds({kServer, 130.02, kAck, 5001, 1101, 0, 1000, 9}), "duplicate_acks duplicate_frames");
  EXPECT_EQ(tcp.finds({kServer, 131, kAck, 5001, 1101, 0, 1000, 10}), "duplicate_acks");
  tcp.see({kClient, 200, kAck, 1101, 5001, 100, 1000, 78});
  EXPECT_EQ(tcp.finds({kClient, 500, kAck, 1101, 5001, 100, 1000, 78}), "retransmissions");
  TestConversation without_identification = after_handshake();
  without_identification.see({kClient, 50, kAck, 1001, 5001, 100});
  EXPECT_EQ(without_identification.finds({kClient, 50.02, kAck, 1001, 5001, 100}), "retransmissions");
}

TEST(TcpQuality, ADuplicatedSynIsNoRepeat) {
  TestConversation tcp;
  tcp.see({kClient, 0, kSyn, 1000, 0, 0, 1000, 5});
  EXPECT_EQ(tcp.finds({kClient, 0.01, kSyn, 1000, 0, 0, 1000, 5}), "retransmissions duplicate_frames");
  tcp.see({kServer, 30, kSynAck, 5000, 1001, 0, 1000, 6});
  tcp.see({kClient, 40, kAck, 1001, 5001});
  EXPECT_NE(tcp.quality.handshake_server_rtt(), std::nullopt);
}

TEST(TcpQuality, ASynWithAnotherNumberBeginsAnotherConnection) {
  TestConversation tcp = after_handshake();
  EXPECT_FALSE(tcp.quality.begins_another(TestPacket({kClient, 50, kSyn, 1000}).view));
  EXPECT_TRUE(tcp.quality.repeats_syn(TestPacket({kClient, 50, kSyn, 1000}).view));
  EXPECT_TRUE(tcp.quality.begins_another(TestPacket({kClient, 50, kSyn, 9000}).view));
  EXPECT_TRUE(tcp.quality.begins_another(TestPacket({kServer, 50, kSyn, 9000}).view));
  EXPECT_FALSE(TestConversation{}.quality.begins_another(TestPacket({kClient, 50, kSyn, 9000}).view));
}

TEST(TcpQuality, ASegmentWithoutAKnownEndIsPassedOver) {
  TestConversation tcp = after_handshake();
  tcp.see({kClient, 50, kAck, 1001, 5001, 100});
  TestPacket fragment({kClient, 51, kAck, 1101, 5001, 1480});
  fragment.view.flags |= PacketView::kFlagFirstFragment;
  EXPECT_EQ(found(tcp.quality.observe(fragment.view, tcp.counters)), "");
  EXPECT_EQ(tcp.finds({kClient, 52, kAck, 4101, 5001, 100}), "");
  EXPECT_EQ(tcp.finds({kClient, 53, kAck, 4301, 5001, 100}), "lost_segments");
}

TEST(TcpQuality, TimesThatGoBackGiveNoRtt) {
  TestConversation tcp = after_handshake();
  tcp.see({kClient, 50, kAck, 1001, 5001, 100});
  EXPECT_EQ(tcp.see({kServer, 49, kAck, 5001, 1101}).rtt_ticks, TcpObservation::kNoRtt);
  TestConversation handshake;
  handshake.see({kClient, 50, kSyn, 1000});
  handshake.see({kServer, 40, kSynAck, 5000, 1001});
  EXPECT_EQ(handshake.see({kClient, 45, kAck, 1001, 5001}).findings, 0U);
  EXPECT_EQ(handshake.quality.handshake_rtt(), std::nullopt);
}

TEST(TcpQuality, CountersHoldAtTheirLargestValue) {
  TestConversation tcp = after_handshake();
  tcp.see({kClient, 50, kAck, 1101, 5001, 100});
  tcp.counters.counts[0][static_cast<std::size_t>(TcpFinding::kLostSegment)] = 0xffffffff;
  tcp.see({kClient, 51, kAck, 1301, 5001, 100});
  EXPECT_EQ(tcp.count(kClient, TcpFinding::kLostSegment), 0xffffffffU);
}

TEST(TcpQuality, AFrameBeyondTheReceiversMaximumHoldsSeveralSegments) {
  TestConversation tcp;
  shake_hands(tcp, segment_bytes_max(1460), segment_bytes_max(8960));
  EXPECT_EQ(tcp.finds({kServer, 50, kAck, 5001, 1001, 1460, 1000, 0, {}}), "");
  const TcpObservation two = tcp.see({kServer, 51, kAck, 6461, 1001, 1461});
  EXPECT_EQ(found(two), "super_frames");
  EXPECT_EQ(two.segments, 2U);
  EXPECT_EQ(tcp.see({kServer, 52, kAck, 7922, 1001, 2920}).segments, 2U);
  EXPECT_EQ(tcp.see({kServer, 53, kAck, 10'842, 1001, 2921}).segments, 3U);
  EXPECT_EQ(tcp.finds({kClient, 54, kAck, 1001, 5001, 8960}), "");  // what the server takes in one
  EXPECT_EQ(tcp.count(kServer, TcpFinding::kSuperFrame), 3U);
  EXPECT_EQ(tcp.counters.super_frame_segments[1], 7U);
  EXPECT_EQ(tcp.counters.super_frame_segments[0], 0U);
}

TEST(TcpQuality, OptionsTakeTheirPlaceInEachSegment) {
  TestConversation tcp;
  shake_hands(tcp, segment_bytes_max(1460), segment_bytes_max(1460));
  EXPECT_EQ(tcp.see({kClient, 50, kAck, 1001, 5001, 1448, 1000, 0, time_stamps(1, 2)}).segments, 1U);
  EXPECT_EQ(tcp.see({kClient, 51, kAck, 2449, 5001, 44 * 1448, 1000, 0, time_stamps(1, 2)}).segments, 44U);
}

TEST(TcpQuality, ASuperFrameIsOneWhateverElseItShows) {
  TestConversation tcp;
  shake_hands(tcp, segment_bytes_max(1460), segment_bytes_max(1460));
  tcp.see({kClient, 50, kAck, 1001, 5001, 2920});
  const TcpObservation again = tcp.see({kClient, 350, kAck, 1001, 5001, 2920});
  EXPECT_EQ(found(again), "retransmissions super_frames");
  EXPECT_EQ(again.segments, 2U);
  EXPECT_EQ(tcp.count(kClient, TcpFinding::kSuperFrame), 2U);
}

TEST(TcpQuality, WithoutTheSynAJumboFrameIsOneSegmentAndALongerPacketIsEthernets) {
  TestConversation tcp;
  tcp.see({kClient, 0, kAck, 1001, 5001, 100});
  EXPECT_EQ(tcp.see({kClient, 1, kAck, 1101, 5001, 9216 - 40}).segments, 1U);
  EXPECT_EQ(tcp.see({kClient, 2, kAck, 10'277, 5001, 9216 - 39}).segments, 7U);  // of 1460 bytes
  TestConversation bare;  // a SYN that says nothing promises nothing
  shake_hands(bare);
  EXPECT_EQ(bare.see({kClient, 50, kAck, 1001, 5001, 1461}).segments, 1U);
}

TEST(TcpQuality, AMaximumSegmentSizeThatCannotBeIsBounded) {
  TestConversation tcp;
  shake_hands(tcp, segment_bytes_max(1), segment_bytes_max(1));
  std::vector<std::uint8_t> options(40, 1);
  EXPECT_EQ(tcp.see({kClient, 50, kAck, 1001, 5001, 65'495, 1000, 0, options}).segments, 8187U);
  TestPacket cut({kClient, 51, kAck, 66'496, 5001, 65'495});
  cut.view.captured_bytes = 30;
  EXPECT_EQ(tcp.quality.observe(cut.view, tcp.counters).segments, 1U);
}

TEST(TcpQuality, AResetOutsideOfTheWindowIsIgnored) {
  TestConversation tcp = after_handshake();
  tcp.see({kServer, 41, kAck, 5001, 1001, 100});
  tcp.see({kClient, 42, kAck, 1001, 5101, 100, 1000});
  const TestConversation before = tcp;
  for (const std::uint32_t seq : {5100U, 6102U, 5101U + 0x80000000U, 0U})
    EXPECT_EQ(tcp.finds({kServer, 50, kRst, seq, 0, 0, 0}), "resets resets_out_of_window") << seq;
  EXPECT_EQ(tcp.count(kServer, TcpFinding::kResetOutOfWindow), 4U);
  EXPECT_EQ(tcp.finds({kServer, 51, kAck, 5101, 1101}), "");  // as if they had not been
  EXPECT_EQ(tcp.finds({kServer, 52, kAck, 5101, 1101, 100}), "");
  for (const std::uint32_t seq : {5101U, 6101U}) {
    TestConversation ended = before;
    EXPECT_EQ(ended.finds({kServer, 50, kRst, seq, 0, 0, 0}), "resets") << seq;
  }
}

TEST(TcpQuality, TheWindowOfAResetIsScaled) {
  TestConversation tcp;
  shake_hands(tcp, window_scale(7), window_scale(2));
  tcp.see({kClient, 41, kAck, 1001, 5001, 0, 100});  // 12,800 bytes
  EXPECT_EQ(tcp.finds({kServer, 50, kRst, 5001 + 12'801, 0, 0, 0}), "resets resets_out_of_window");
  EXPECT_EQ(tcp.finds({kServer, 50, kRst, 5001 + 12'800, 0, 0, 0}), "resets");
  TestConversation midstream;  // may be scaled by as much as can be
  midstream.see({kClient, 0, kAck, 1001, 5001, 0, 100});
  EXPECT_EQ(midstream.finds({kServer, 1, kRst, 5001 + (100U << 14) + 1, 0, 0, 0}), "resets resets_out_of_window");
  EXPECT_EQ(midstream.finds({kServer, 1, kRst, 5001 + (100U << 14), 0, 0, 0}), "resets");
}

TEST(TcpQuality, AResetAtTheHighestByteSeenCountsWhereAcknowledgementsAreMissing) {
  TestConversation tcp = after_handshake();
  for (std::uint32_t i = 0; i < 20; ++i) tcp.see({kServer, 50, kAck, 5001 + i * 100, 1001, 100});
  EXPECT_EQ(tcp.finds({kServer, 60, kRst, 7002, 0, 0, 0}), "resets resets_out_of_window");
  EXPECT_EQ(tcp.finds({kServer, 60, kRst, 7001, 0, 0, 0}), "resets");
}

TEST(TcpQuality, ASynIsRefusedByWhatAcknowledgesIt) {
  const auto syn = [] {
    TestConversation tcp;
    tcp.see({kClient, 0, kSyn, 1000});
    return tcp;
  };
  EXPECT_EQ(syn().finds({kServer, 9, kRst | kAck, 0, 1001, 0, 0}), "resets");
  EXPECT_EQ(syn().finds({kServer, 9, kRst | kAck, 0, 1000, 0, 0}), "resets resets_out_of_window");
  EXPECT_EQ(syn().finds({kServer, 9, kRst | kAck, 0, 1002, 0, 0}), "resets resets_out_of_window");
  EXPECT_EQ(syn().finds({kServer, 9, kRst, 0, 0, 0, 0}), "resets resets_out_of_window");
  EXPECT_EQ(syn().finds({kClient, 9, kRst, 1001, 0, 0, 0}), "resets");  // nothing is known of the server
  TestConversation accepted = syn();
  accepted.see({kServer, 30, kSynAck, 5000, 1001});
  EXPECT_EQ(TestConversation(accepted).finds({kServer, 35, kRst, 5001, 0, 0, 0}), "resets");
  EXPECT_EQ(TestConversation(accepted).finds({kServer, 35, kRst, 4999, 0, 0, 0}), "resets resets_out_of_window");
  EXPECT_EQ(TestConversation(accepted).finds({kClient, 35, kRst, 1001, 0, 0, 0}), "resets");
  EXPECT_EQ(TestConversation(accepted).finds({kClient, 35, kRst, 900, 0, 0, 0}), "resets resets_out_of_window");
}

TEST(TcpQuality, ADuplicateSackSaysThatBytesCameTwice) {
  TestConversation tcp = after_handshake();
  tcp.see({kClient, 50, kAck, 1001, 5001, 100});
  EXPECT_EQ(tcp.finds({kServer, 60, kAck, 5001, 1101}), "");
  // RFC 2883 section 4.1: below the acknowledgement.
  EXPECT_EQ(tcp.finds({kServer, 61, kAck, 5001, 1101, 0, 1000, 0, sack({1001, 1101})}),
            "duplicate_acks duplicate_sacks");
  // With a new acknowledgement or a new window, and with time stamps.
  EXPECT_EQ(tcp.finds({kServer, 62, kAck, 5001, 1101, 0, 990, 0, join(time_stamps(1, 1), sack({1001, 1101}))}),
            "duplicate_sacks");
  tcp.see({kClient, 63, kAck, 1101, 5001, 100});
  EXPECT_EQ(tcp.finds({kServer, 64, kAck, 5001, 1201, 0, 990, 0, sack({1101, 1201})}), "duplicate_sacks");
  // RFC 2883 section 4.2: within the second block.
  tcp.see({kClient, 65, kAck, 1301, 5001, 300});
  EXPECT_EQ(tcp.finds({kServer, 66, kAck, 5001, 1201, 0, 980, 0, sack({1301, 1401, 1301, 1601})}), "duplicate_sacks");
  EXPECT_EQ(tcp.count(kServer, TcpFinding::kDuplicateSack), 4U);
}

TEST(TcpQuality, OptionsThatWereNotCapturedSayNothing) {
  TestConversation tcp = after_handshake();
  tcp.see({kClient, 50, kAck, 1001, 5001, 100});
  tcp.see({kServer, 60, kAck, 5001, 1101});
  TestPacket packet({kServer, 61, kAck, 5001, 1101, 0, 990, 0, sack({1001, 1101})});
  for (const std::uint32_t options : {0U, 3U, 4U, 11U}) {
    packet.view.captured_bytes = 40 + options;
    EXPECT_EQ(found(tcp.quality.observe(packet.view, tcp.counters)).find("duplicate_sacks"), std::string::npos);
  }
  packet.view.captured_bytes = 52;
  EXPECT_NE(found(tcp.quality.observe(packet.view, tcp.counters)).find("duplicate_sacks"), std::string::npos);
}

TEST(TcpQuality, AnOrdinarySackIsNone) {
  TestConversation tcp = after_handshake();
  tcp.see({kClient, 50, kAck, 1101, 5001, 100});
  EXPECT_EQ(tcp.finds({kServer, 60, kAck, 5001, 1001, 0, 990, 0, sack({1101, 1201})}), "");
  // Wireshark's rule for duplicates does not ask for SACK: another window is none.
  EXPECT_EQ(tcp.finds({kServer, 61, kAck, 5001, 1001, 0, 980, 0, sack({1101, 1201})}), "");
  EXPECT_EQ(tcp.finds({kServer, 62, kAck, 5001, 1001, 0, 980, 0, sack({1101, 1201})}), "duplicate_acks");
  EXPECT_EQ(tcp.finds({kServer, 63, kAck, 5001, 1001, 0, 970, 0, sack({1201, 1101})}), "");
}

/// A segment of 100 bytes with time stamps at 50 ms, sent again at 300 ms.
TestConversation after_a_repeat() {
  TestConversation tcp = after_handshake();
  tcp.see({kClient, 50, kAck, 1001, 5001, 100, 1000, 0, time_stamps(500, 70)});
  EXPECT_EQ(tcp.finds({kClient, 300, kAck, 1001, 5001, 100, 1000, 0, time_stamps(750, 70)}), "retransmissions");
  return tcp;
}

TEST(TcpQuality, AnEchoFromBeforeTheRepetitionIsTheFirstSegmentsRoundTrip) {
  TestConversation tcp = after_a_repeat();
  const TcpObservation seen = tcp.see({kServer, 310, kAck, 5001, 1101, 0, 1000, 0, time_stamps(80, 500)});
  EXPECT_EQ(found(seen), "spurious_by_time_stamp");
  EXPECT_EQ(TcpQuality::duration_of(seen.rtt_ticks), Duration::from_milliseconds(260));
  EXPECT_EQ(tcp.quality.rtt_min(Direction::kLoToHi), Duration::from_milliseconds(260));
  EXPECT_EQ(tcp.count(kServer, TcpFinding::kSpuriousByTimeStamp), 1U);
  // And the next one is timed as ever.
  tcp.see({kClient, 320, kAck, 1101, 5001, 100, 1000, 0, time_stamps(770, 80)});
  EXPECT_EQ(TcpQuality::duration_of(tcp.see({kServer, 350, kAck, 5001, 1201}).rtt_ticks),
            Duration::from_milliseconds(30));
}

TEST(TcpQuality, AnEchoOfTheRepetitionOrNoneTellsNoRtt) {
  for (const auto& options : {time_stamps(80, 750), time_stamps(80, 751), time_stamps(80, 0), window_scale(0)}) {
    TestConversation tcp = after_a_repeat();
    const TcpObservation seen = tcp.see({kServer, 310, kAck, 5001, 1101, 0, 1000, 0, options});
    EXPECT_EQ(found(seen), "");
    EXPECT_EQ(seen.rtt_ticks, TcpObservation::kNoRtt);
    tcp.see({kClient, 320, kAck, 1101, 5001, 100});
    EXPECT_NE(tcp.see({kServer, 350, kAck, 5001, 1201}).rtt_ticks, TcpObservation::kNoRtt);
  }
}

TEST(TcpQuality, ANewSegmentIsTimedInTheDoubtfulOnesPlace) {
  TestConversation tcp = after_a_repeat();
  tcp.see({kClient, 305, kAck, 1101, 5001, 100, 1000, 0, time_stamps(755, 70)});
  EXPECT_EQ(tcp.finds({kServer, 310, kAck, 5001, 1101, 0, 1000, 0, time_stamps(80, 500)}), "");
  const TcpObservation seen = tcp.see({kServer, 335, kAck, 5001, 1201, 0, 1000, 0, time_stamps(80, 755)});
  EXPECT_EQ(TcpQuality::duration_of(seen.rtt_ticks), Duration::from_milliseconds(30));
}

TEST(TcpQuality, TheFirstRepetitionOfAnyBytesDecides) {
  TestConversation tcp = after_handshake();
  tcp.see({kClient, 50, kAck, 1001, 5001, 100, 1000, 0, time_stamps(500, 70)});
  tcp.see({kServer, 60, kAck, 5001, 1001});
  tcp.see({kClient, 70, kAck, 1101, 5001, 100, 1000, 0, time_stamps(520, 70)});
  tcp.see({kClient, 300, kAck, 1001, 5001, 100, 1000, 0, time_stamps(750, 70)});
  tcp.see({kClient, 600, kAck, 1001, 5001, 100, 1000, 0, time_stamps(1050, 70)});
  EXPECT_EQ(tcp.see({kServer, 610, kAck, 5001, 1101, 0, 1000, 0, time_stamps(80, 750)}).rtt_ticks,
            TcpObservation::kNoRtt);
}

TEST(TcpQuality, TimeStampsWrap) {
  TestConversation tcp = after_handshake();
  tcp.see({kClient, 50, kAck, 1001, 5001, 100, 1000, 0, time_stamps(0xfffffff0, 70)});
  tcp.see({kClient, 300, kAck, 1001, 5001, 100, 1000, 0, time_stamps(200, 70)});
  EXPECT_EQ(tcp.finds({kServer, 310, kAck, 5001, 1101, 0, 1000, 0, time_stamps(80, 0xfffffff0)}),
            "spurious_by_time_stamp");
}

/// Segments near what is expected next, so that every rule is met often, with any flags.
TEST(TcpQuality, TheShortWayFindsWhatTheLongWayFinds) {
  std::minstd_rand random(7);
  const auto below = [&](std::uint32_t bound) { return static_cast<std::uint32_t>(random()) % bound; };
  std::size_t findings = 0;
  for (int conversation = 0; conversation < 300; ++conversation) {
    TestConversation quick, thorough;
    std::uint32_t next[2] = {static_cast<std::uint32_t>(random()) * 2, static_cast<std::uint32_t>(random()) * 2};
    double now = 0;
    for (int i = 0; i < 200; ++i) {
      TestSegment s;
      s.from_client = below(2) != 0;
      const std::size_t sender = s.from_client ? 0 : 1;
      now += below(20) == 0 ? below(400) : below(100) * 0.01;
      s.at_ms = now;
      constexpr std::uint8_t kOther[] = {kSyn, kSynAck, kFin | kAck, kRst, 0};
      if (below(12) == 0) s.flags = kOther[below(5)];
      s.bytes = below(2) * (below(3) == 0 ? 1 : below(8) == 0 ? 3000 : 100);
      s.seq = next[sender] + (below(4) == 0 ? below(5) * 100 - 201 : 0);
      s.ack = next[1 - sender] - (below(4) == 0 ? below(3) * 100 : 0) + (below(40) == 0 ? 50 : 0);
      s.window = static_cast<std::uint16_t>(below(6) == 0 ? below(2) * 100 : 1000);
      s.ip_identification = static_cast<std::uint16_t>(below(3));
      s.options = below(2) == 0 ? window_scale(static_cast<std::uint8_t>(below(3))) : segment_bytes_max(1200);
      if (below(4) == 0)
        s.options = join(time_stamps(below(100), below(100)), below(2) == 0 ? sack({s.ack - 100, s.ack}) : sack({}));
      if (s.seq == next[sender]) next[sender] += s.bytes;
      const TestPacket packet(s);
      const TcpObservation a = quick.quality.observe(packet.view, quick.counters);
      const TcpObservation b = TcpQualityTestPeer::observe_fully(thorough.quality, packet.view, thorough.counters);
      ASSERT_EQ(a.findings, b.findings);
      ASSERT_EQ(a.rtt_ticks, b.rtt_ticks);
      ASSERT_EQ(a.segments, b.segments);
      ASSERT_EQ(std::memcmp(&quick.quality, &thorough.quality, sizeof(TcpQuality)), 0) << conversation << " " << i;
      findings += a.findings != 0 ? 1 : 0;
    }
  }
  EXPECT_GT(findings, 10'000U);
}

}  // namespace
}  // namespace netpulse
