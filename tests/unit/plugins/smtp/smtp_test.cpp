#include "plugins/smtp/smtp.h"

#include <gtest/gtest.h>

#include "tests/unit/plugins/upgrade_flow.h"

namespace netpulse {
namespace {

using namespace test;

constexpr std::string_view kTls("\x16\x03\x01\x00\x05", 5);

struct SmtpFlow : ::testing::Test, UpgradeFlow<Smtp> {
  SmtpFlow() : UpgradeFlow(25) {}
  void open() {
    server("220 mail.example.org ESMTP Postfix\r\n");
    client("EHLO client.example.com\r\n");
    server("250-mail.example.org\r\n250 STARTTLS\r\n");
  }
};

TEST_F(SmtpFlow, HandsOverBehindTheAnswer) {
  open();
  EXPECT_EQ(client("STARTTLS\r\n"), Verdict::kNeedMore);
  EXPECT_EQ(server("220 2.0.0 Ready\r\n" + std::string(kTls)), Verdict::kDone);
  EXPECT_TRUE(upgraded_behind(17));
  EXPECT_EQ(context.counter(kUpgradeAccepted), 1U);
  EXPECT_EQ(context.attributes[FlowAttribute::kServerSoftware], "mail.example.org ESMTP Postfix");
  EXPECT_EQ(context.attributes[FlowAttribute::kHostName], "client.example.com");
}

TEST_F(SmtpFlow, LeavesWhatTheClientSendsAheadToTls) {
  open();
  client("STARTTLS\r\n" + std::string(kTls));
  EXPECT_EQ(context.discarded, 10U);
  EXPECT_EQ(client("more"), Verdict::kNeedMore);
  EXPECT_EQ(context.discarded, 0U);
  server("220 go\r\n");
  EXPECT_TRUE(upgraded_behind(8));
}

TEST_F(SmtpFlow, WaitsForTheAnswersToWhatWasPipelinedBefore) {
  server("220 mail.example.org ESMTP\r\n");
  client("EHLO a.example\r\nSTARTTLS\r\n");
  EXPECT_EQ(server("220 odd answer to EHLO\r\n"), Verdict::kNeedMore);
  EXPECT_EQ(server("220 go\r\n"), Verdict::kDone);
  EXPECT_TRUE(context.handed_over);
}

TEST_F(SmtpFlow, GoesOnInClearWhenTheServerRefuses) {
  open();
  client("STARTTLS\r\n");
  EXPECT_EQ(server("454 4.7.0 TLS not available\r\n"), Verdict::kNeedMore);
  EXPECT_FALSE(context.handed_over);
  EXPECT_EQ(context.counter(kUpgradeRefused), 1U);
  EXPECT_EQ(client("MAIL FROM:<a@example.com>\r\nDATA\r\n"), Verdict::kDone);
  EXPECT_FALSE(context.handed_over);
}

TEST_F(SmtpFlow, FindsTlsWhereTheAnswerIsMissing) {
  client("EHLO client.example.com\r\n");
  client("STARTTLS\r\n");
  EXPECT_EQ(client(kTls), Verdict::kDone);  // only one direction was captured
  EXPECT_TRUE(upgraded_behind(0));
}

TEST_F(SmtpFlow, FollowsOnlySoManyLines) {
  open();
  Verdict verdict = Verdict::kNeedMore;
  int lines = 0;
  for (; verdict == Verdict::kNeedMore && lines < 1000; ++lines) verdict = client("NOOP\r\n");
  EXPECT_EQ(verdict, Verdict::kDone);
  EXPECT_LE(lines, kDialogueLinesMax);
}

TEST_F(SmtpFlow, DoesNotWaitForALineWithoutEnd) {
  open();
  Verdict verdict = Verdict::kNeedMore;
  for (int i = 0; i < 20 && verdict == Verdict::kNeedMore; ++i) verdict = client(std::string(1000, 'x'));
  EXPECT_EQ(verdict, Verdict::kDone);
}

TEST(Smtp, KnowsItsGreetingFromThatOfFtp) {
  EXPECT_EQ(probed<Smtp>("220 mail.example.org ESMTP\r\n", 40000), Verdict::kDone);
  EXPECT_EQ(probed<Smtp>("220 ready\r\n", 25), Verdict::kDone);
  EXPECT_EQ(probed<Smtp>("220 ready\r\n", 40000), Verdict::kNotMine);
  EXPECT_EQ(probed<Smtp>("220 Example FTP server\r\n", 25), Verdict::kNotMine);
  EXPECT_EQ(probed<Smtp>("ehlo\r\n", 40000, true), Verdict::kDone);
  EXPECT_EQ(probed<Smtp>("EHLOX\r\n", 40000, true), Verdict::kNotMine);
  EXPECT_EQ(probed<Smtp>("MAIL FROM:<a@example.com>\r\n", 587, true), Verdict::kDone);
  EXPECT_EQ(probed<Smtp>("MAIL FROM:<a@example.com>\r\n", 40000, true), Verdict::kNotMine);
  EXPECT_EQ(probed<Smtp>("22", 40000), Verdict::kNeedMore);
}

}  // namespace
}  // namespace netpulse
