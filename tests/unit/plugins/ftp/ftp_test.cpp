#include "plugins/ftp/ftp.h"

#include <gtest/gtest.h>

#include "tests/unit/plugins/upgrade_flow.h"

namespace netpulse {
namespace {

using namespace test;

struct FtpFlow : ::testing::Test, UpgradeFlow<Ftp> {
  FtpFlow() : UpgradeFlow(21) {}
};

TEST_F(FtpFlow, HandsOverBehindTheAnswerToAuthTls) {
  server("220-(Example)\r\nany text\r\n220 ready\r\n");
  client("AUTH TLS\r\n");
  EXPECT_EQ(server("234-One moment\r\n"), Verdict::kNeedMore);
  EXPECT_EQ(server("234 Go\r\n"), Verdict::kDone);
  EXPECT_TRUE(upgraded_behind(8));
  EXPECT_EQ(context.attributes[FlowAttribute::kServerSoftware], "(Example)");
}

TEST_F(FtpFlow, TriesAgainWithAnotherMechanism) {
  server("220 ready\r\n");
  client("AUTH TLS\r\n");
  EXPECT_EQ(server("504 no\r\n"), Verdict::kNeedMore);
  client("AUTH SSL\r\n");
  EXPECT_EQ(server("334 Go\r\n"), Verdict::kDone);
  EXPECT_TRUE(context.handed_over);
  EXPECT_EQ(context.counter(kUpgradeRefused), 1U);
}

TEST_F(FtpFlow, IsDoneWithTheLogin) {
  server("220 ready\r\n");
  client("USER anonymous\r\n");
  server("331 password\r\n");
  client("PASS guest\r\n");
  EXPECT_EQ(server("230 in\r\n"), Verdict::kDone);
  EXPECT_FALSE(context.handed_over);
}

TEST(Ftp, KnowsItsGreetingFromThatOfMail) {
  EXPECT_EQ(probed<Ftp>("220 ready\r\n", 21), Verdict::kDone);
  EXPECT_EQ(probed<Ftp>("220 ready\r\n", 40000), Verdict::kNotMine);
  EXPECT_EQ(probed<Ftp>("220 (vsFTPd 3.0.3)\r\n", 40000), Verdict::kDone);
  EXPECT_EQ(probed<Ftp>("220 mail.example.org ESMTP\r\n", 21), Verdict::kNotMine);
  EXPECT_EQ(probed<Ftp>("220 2.0.0 Ready to start TLS\r\n", 21), Verdict::kNotMine);
  EXPECT_EQ(probed<Ftp>("USER bob\r\n", 21, true), Verdict::kDone);
  EXPECT_EQ(probed<Ftp>("USER bob\r\n", 40000, true), Verdict::kNotMine);
  EXPECT_EQ(probed<Ftp>("USER bob 0 * :Bob\r\n", 21, true), Verdict::kNotMine);
}

}  // namespace
}  // namespace netpulse
