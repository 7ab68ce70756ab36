#include "plugins/imap/imap.h"

#include <gtest/gtest.h>

#include "tests/unit/plugins/upgrade_flow.h"

namespace netpulse {
namespace {

using namespace test;

struct ImapFlow : ::testing::Test, UpgradeFlow<Imap> {
  ImapFlow() : UpgradeFlow(143) {}
};

TEST_F(ImapFlow, HandsOverBehindTheTaggedAnswer) {
  server("* OK [CAPABILITY IMAP4rev1 STARTTLS] Dovecot ready.\r\n");
  client("a CAPABILITY\r\nb NOOP\r\nc.3 STARTTLS\r\n");
  EXPECT_EQ(server("* CAPABILITY IMAP4rev1\r\na OK done\r\nb OK done\r\n"), Verdict::kNeedMore);
  EXPECT_EQ(server("* OK still here\r\nc.3 OK begin\r\n"), Verdict::kDone);
  EXPECT_TRUE(upgraded_behind(31));
  EXPECT_EQ(context.attributes[FlowAttribute::kServerSoftware], "Dovecot ready.");
}

TEST_F(ImapFlow, StaysInClearWhenTheServerRefuses) {
  server("* OK ready\r\n");
  client("a STARTTLS\r\n");
  EXPECT_EQ(server("a BAD no\r\n"), Verdict::kNeedMore);
  EXPECT_EQ(context.counter(kUpgradeRefused), 1U);
  EXPECT_EQ(client("b SELECT INBOX\r\n"), Verdict::kDone);
  EXPECT_FALSE(context.handed_over);
}

TEST(Imap, IsRecognisedByItsGreetingOrOnItsPort) {
  EXPECT_EQ(probed<Imap>("* OK ready\r\n", 40000), Verdict::kDone);
  EXPECT_EQ(probed<Imap>("* PREAUTH ready\r\n", 40000), Verdict::kDone);
  EXPECT_EQ(probed<Imap>("* LIST x\r\n", 143), Verdict::kNotMine);
  EXPECT_EQ(probed<Imap>("a1 LOGIN bob secret\r\n", 143, true), Verdict::kDone);
  EXPECT_EQ(probed<Imap>("a1 LOGIN bob secret\r\n", 40000, true), Verdict::kNotMine);
  EXPECT_EQ(probed<Imap>("GET / HTTP/1.1\r\n", 143, true), Verdict::kNotMine);
}

}  // namespace
}  // namespace netpulse
