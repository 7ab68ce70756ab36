#include "plugins/ldap/ldap.h"

#include <gtest/gtest.h>

#include "tests/unit/plugins/ldap/ldap_samples.h"
#include "tests/unit/plugins/upgrade_flow.h"

namespace netpulse {
namespace {

using namespace test;

struct LdapFlow : ::testing::Test, UpgradeFlow<Ldap> {
  LdapFlow() : UpgradeFlow(389) {}
};

TEST_F(LdapFlow, HandsOverBehindTheResponse) {
  client(start_tls_request(5));
  ByteVector answer = start_tls_response(5, 0);
  const std::size_t size = answer.size();
  append(answer, {0x16, 3, 3});
  EXPECT_EQ(server(answer), Verdict::kDone);
  EXPECT_TRUE(upgraded_behind(size));
}

TEST_F(LdapFlow, StaysInClearWhenTheServerRefuses) {
  client(start_tls_request(5));
  EXPECT_EQ(server(start_tls_response(5, 2)), Verdict::kNeedMore);
  EXPECT_FALSE(context.handed_over);
  EXPECT_EQ(context.counter(kUpgradeRefused), 1U);
}

TEST_F(LdapFlow, TakesOnlyTheAnswerToItsRequest) {
  client(start_tls_request(5));
  EXPECT_EQ(server(start_tls_response(4, 0)), Verdict::kNeedMore);
  EXPECT_FALSE(context.handed_over);
}

TEST_F(LdapFlow, PassesOverLongMessagesWithoutHoldingThem) {
  const ByteVector entry = ldap_message(2, der(0x64, joined({der(0x04, ByteVector(5000, 'a')), der(0x30, {})})));
  for (std::size_t at = 0; at < entry.size(); at += 1000) {
    const std::size_t size = std::min<std::size_t>(1000, entry.size() - at);
    EXPECT_EQ(flow.feed(false, Bytes(entry).subspan(at, size)), Verdict::kNeedMore);
    EXPECT_EQ(context.discarded, size);
  }
  client(start_tls_request(5));
  EXPECT_EQ(server(start_tls_response(5, 0)), Verdict::kDone);
}

TEST_F(LdapFlow, EndsWhereItsFramingEnds) {
  client(ldap_bind_request(1));
  EXPECT_EQ(server(bytes_of("HTTP/1.1 400 Bad Request\r\n")), Verdict::kDone);
  EXPECT_FALSE(context.handed_over);
}

TEST(Ldap, IsNotAnySequence) {
  const auto probe = [](const ByteVector& bytes) { return probed<Ldap>(as_text(bytes), 389, true); };
  EXPECT_EQ(probe(ldap_message(1, {0x42, 0})), Verdict::kDone);  // unbind
  EXPECT_EQ(probe(ldap_message(1, der(0x04, bytes_of("public")))), Verdict::kNotMine);
  EXPECT_EQ(probe(ldap_message(1, der(0x60, der(0x04, {1, 2})))), Verdict::kNotMine);
  EXPECT_EQ(probe(der(0x30, der(0x02, {1, 2, 3, 4, 5}))), Verdict::kNotMine);
  EXPECT_EQ(probe({0x30, 0x80, 2, 1, 1, 0x60}), Verdict::kNotMine);
  EXPECT_EQ(probe({0x30, 0x84, 0, 0}), Verdict::kNeedMore);
  EXPECT_EQ(probe({0x30, 0x84, 0, 0, 0, 0x0c, 2, 1, 1, 0x60, 7, 2, 1, 3, 4, 0, 0x80, 0}), Verdict::kDone);
  EXPECT_EQ(probe({0x30, 0x84, 0xff, 0, 0, 0x0c, 2, 1, 1, 0x60, 7, 2, 1, 3, 4, 0, 0x80, 0}), Verdict::kNotMine);
}

}  // namespace
}  // namespace netpulse
