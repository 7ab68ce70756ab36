#include "tests/unit/engine/flow/tcp_handshake.h"

namespace netpulse {
namespace {

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

}  // namespace
}  // namespace netpulse
