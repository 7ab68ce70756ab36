#include "tests/unit/engine/flow/tcp_handshake.h"

namespace netpulse {
namespace {

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

}  // namespace
}  // namespace netpulse
