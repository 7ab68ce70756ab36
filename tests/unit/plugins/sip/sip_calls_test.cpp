#include "plugins/sip/sip_calls.h"

#include <gtest/gtest.h>

#include <string>

namespace netpulse {
namespace {

using Outcome = SipCalls::Outcome;

Timestamp at_ms(std::int64_t milliseconds) {
  return Timestamp{1'700'000'000'000'000'000} + Duration::from_milliseconds(milliseconds);
}

FlowKey between(const char* lo, const char* hi) {
  FlowKey key;
  key.lo_addr = *IpAddress::parse(lo);
  key.hi_addr = *IpAddress::parse(hi);
  return key;
}

TEST(SipCalls, TimesRingingAndAnswerOnce) {
  SipCalls calls;
  EXPECT_EQ(calls.invite(7, at_ms(0)), Outcome::kNew);
  EXPECT_EQ(calls.invite(7, at_ms(500)), Outcome::kRepeated) << "sent again";
  EXPECT_EQ(calls.ring(7, at_ms(800)), Duration::from_milliseconds(800));
  EXPECT_FALSE(calls.ring(7, at_ms(900)).has_value());
  EXPECT_EQ(calls.answer(7, at_ms(4000)), Duration::from_milliseconds(4000));
  EXPECT_FALSE(calls.answer(7, at_ms(4100)).has_value());
  EXPECT_FALSE(calls.ring(8, at_ms(0)).has_value());
}

TEST(SipCalls, ForgetsARefusedCall) {
  SipCalls calls;
  calls.invite(7, at_ms(0));
  EXPECT_TRUE(calls.refuse(7));
  EXPECT_FALSE(calls.refuse(7));
  EXPECT_FALSE(calls.answer(7, at_ms(1)).has_value());
  EXPECT_EQ(calls.invite(7, at_ms(2)), Outcome::kNew);
}

TEST(SipCalls, TellsTheHopsOfACallApart) {
  const std::uint64_t first = SipCalls::id_of(between("192.0.2.1", "192.0.2.2"), "a@example");
  EXPECT_NE(first, SipCalls::id_of(between("192.0.2.2", "192.0.2.3"), "a@example"));
  EXPECT_NE(first, SipCalls::id_of(between("192.0.2.1", "192.0.2.2"), "b@example"));
  EXPECT_EQ(first, SipCalls::id_of(between("192.0.2.1", "192.0.2.2"), "a@example"));
}

TEST(SipCalls, TheOldestGivesWayInAFlood) {
  SipCalls calls;
  std::size_t forgotten = 0;
  for (int i = 0; i < 50'000; ++i) {
    const std::uint64_t id = SipCalls::id_of(between("192.0.2.1", "192.0.2.2"), std::to_string(i));
    forgotten += calls.invite(id, at_ms(i)) == Outcome::kForgotten ? 1 : 0;
    ASSERT_EQ(calls.ring(id, at_ms(i + 1)), Duration::from_milliseconds(1)) << i;
  }
  EXPECT_GE(forgotten, 50'000 - SipCalls::kCallsMax);
  EXPECT_LT(forgotten, 47'000U) << "most of the table is used";
}

}  // namespace
}  // namespace netpulse
