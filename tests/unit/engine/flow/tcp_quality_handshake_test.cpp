#include "tests/unit/engine/flow/tcp_handshake.h"

namespace netpulse {
namespace {

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

}  // namespace
}  // namespace netpulse
