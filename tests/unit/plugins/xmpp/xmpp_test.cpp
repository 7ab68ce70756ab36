#include "plugins/xmpp/xmpp.h"

#include <gtest/gtest.h>

#include "tests/unit/plugins/upgrade_flow.h"

namespace netpulse {
namespace {

using namespace test;

constexpr std::string_view kOpen = "<?xml version='1.0'?>\n<stream:stream xmlns='jabber:client' to=\"example.org\">";

struct XmppFlow : ::testing::Test, UpgradeFlow<Xmpp> {
  XmppFlow() : UpgradeFlow(5222) {}
};

TEST_F(XmppFlow, HandsOverBehindProceed) {
  client(kOpen);
  EXPECT_EQ(context.server_name, "example.org");
  server("<stream:stream from='example.org'><stream:features><starttls/></stream:features>");
  client("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>");
  EXPECT_EQ(server("<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>\x16\x03\x03"), Verdict::kDone);
  EXPECT_TRUE(upgraded_behind(50));
}

TEST_F(XmppFlow, WaitsForTheEndTags) {
  client(kOpen);
  client("<starttls xmlns='a>b'>");
  EXPECT_EQ(server("<stream:stream><proceed>"), Verdict::kNeedMore);
  client("</starttls>");
  EXPECT_EQ(server("</proceed>"), Verdict::kDone);
  EXPECT_TRUE(upgraded_behind(10));
}

TEST_F(XmppFlow, StaysInClearWhenTheServerRefuses) {
  client(kOpen);
  client("<starttls/>");
  EXPECT_EQ(server("<stream:stream><failure/>"), Verdict::kNeedMore);
  EXPECT_EQ(context.counter(kUpgradeRefused), 1U);
  EXPECT_EQ(client("<auth mechanism='PLAIN'>"), Verdict::kDone);
  EXPECT_FALSE(context.handed_over);
}

TEST_F(XmppFlow, DoesNotWaitForATagWithoutEnd) {
  client(kOpen);
  Verdict verdict = client("<a");
  for (int i = 0; i < 20 && verdict == Verdict::kNeedMore; ++i) verdict = client(std::string(1000, 'x'));
  EXPECT_EQ(verdict, Verdict::kDone);
}

TEST(Xmpp, IsNotAnyXml) {
  EXPECT_EQ(probed<Xmpp>("<stream:stream to='a'>", 40000, true), Verdict::kDone);
  EXPECT_EQ(probed<Xmpp>("<?xml version='1.0'?><html>", 5222, true), Verdict::kNotMine);
  EXPECT_EQ(probed<Xmpp>("<?xml version='1.0'?><str", 5222, true), Verdict::kNeedMore);
  EXPECT_EQ(probed<Xmpp>("<?xml " + std::string(200, 'x'), 5222, true), Verdict::kNotMine);
}

}  // namespace
}  // namespace netpulse
