#include "tests/unit/engine/flow/tcp_handshake.h"

namespace netpulse {
namespace {

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

TEST(TcpQuality, WhatARefusedResetCarriesIsNotDelivered) {
  TestConversation tcp = after_handshake();
  tcp.see({kServer, 41, kAck, 5001, 1001, 100});
  tcp.see({kClient, 42, kAck, 1001, 5101, 100, 1000});
  const TestConversation before = tcp;
  const TcpObservation refused = tcp.see({kServer, 50, kRst, 9000, 0, 7, 0});
  EXPECT_EQ(refused.repeated_bytes, 7U);
  EXPECT_EQ(tcp.counters.repeated[1].bytes(), 7U);
  EXPECT_EQ(TestConversation(before).see({kServer, 50, kRst, 5101, 0, 7, 0}).repeated_bytes, 0U);
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

}  // namespace
}  // namespace netpulse
