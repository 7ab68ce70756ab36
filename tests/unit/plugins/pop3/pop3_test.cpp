#include "plugins/pop3/pop3.h"

#include <gtest/gtest.h>

#include "tests/unit/plugins/upgrade_flow.h"

namespace netpulse {
namespace {

using namespace test;

struct Pop3Flow : ::testing::Test, UpgradeFlow<Pop3> {
  Pop3Flow() : UpgradeFlow(110) {}
};

TEST_F(Pop3Flow, HandsOverBehindTheAnswerToStls) {
  server("+OK Dovecot ready.\r\n");
  client("CAPA\r\n");
  server("+OK\r\nSTLS\r\nUSER\r\n.\r\n");
  client("STLS\r\n");
  EXPECT_EQ(server("+OK Begin TLS\r\n"), Verdict::kDone);
  EXPECT_TRUE(upgraded_behind(15));
  EXPECT_EQ(context.attributes[FlowAttribute::kServerSoftware], "Dovecot ready.");
}

TEST_F(Pop3Flow, StaysInClearWhenTheServerRefuses) {
  server("+OK ready\r\n");
  client("STLS\r\n");
  EXPECT_EQ(server("-ERR no\r\n"), Verdict::kNeedMore);
  EXPECT_EQ(client("USER bob\r\nPASS secret\r\n"), Verdict::kDone);
  EXPECT_FALSE(context.handed_over);
}

TEST(Pop3, KnowsItsGreeting) {
  EXPECT_EQ(probed<Pop3>("+OK ready\r\n", 110), Verdict::kDone);
  EXPECT_EQ(probed<Pop3>("+OK ready\r\n", 40000), Verdict::kNotMine);
  EXPECT_EQ(probed<Pop3>("+OK POP3 server\r\n", 40000), Verdict::kDone);
  EXPECT_EQ(probed<Pop3>("+OK <1.2@example.org>\r\n", 40000), Verdict::kDone);
  EXPECT_EQ(probed<Pop3>("+OK\r\n", 110), Verdict::kNotMine);  // Redis says so too
}

}  // namespace
}  // namespace netpulse
