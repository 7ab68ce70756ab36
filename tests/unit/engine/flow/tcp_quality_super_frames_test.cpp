#include "tests/unit/engine/flow/tcp_handshake.h"

namespace netpulse {
namespace {

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

}  // namespace
}  // namespace netpulse
