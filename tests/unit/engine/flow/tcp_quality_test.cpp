#include "engine/flow/tcp_quality.h"

#include "tests/unit/engine/flow/tcp_handshake.h"

namespace netpulse {
namespace {

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

TEST(TcpQuality, ASegmentWithoutAKnownEndIsPassedOver) {
  TestConversation tcp = after_handshake();
  tcp.see({kClient, 50, kAck, 1001, 5001, 100});
  TestPacket fragment({kClient, 51, kAck, 1101, 5001, 1480});
  fragment.view.flags |= PacketView::kFlagFirstFragment;
  EXPECT_EQ(found(tcp.quality.observe(fragment.view, tcp.counters)), "");
  EXPECT_EQ(tcp.finds({kClient, 52, kAck, 4101, 5001, 100}), "");
  EXPECT_EQ(tcp.finds({kClient, 53, kAck, 4301, 5001, 100}), "lost_segments");
}

TEST(TcpQuality, CountersHoldAtTheirLargestValue) {
  TestConversation tcp = after_handshake();
  tcp.see({kClient, 50, kAck, 1101, 5001, 100});
  tcp.counters.counts[0][static_cast<std::size_t>(TcpFinding::kLostSegment)] = 0xffffffff;
  tcp.see({kClient, 51, kAck, 1301, 5001, 100});
  EXPECT_EQ(tcp.count(kClient, TcpFinding::kLostSegment), 0xffffffffU);
}

}  // namespace
}  // namespace netpulse
