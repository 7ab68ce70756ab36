#include <gtest/gtest.h>

#include "tests/unit/plugins/flow_driver.h"
#include "tests/unit/plugins/socks/socks_samples.h"

namespace netpulse {
namespace {

using namespace test;

constexpr AnalyzerEntry kSocks = make_analyzer_entry<Socks>();

bool is_socks(const ByteVector& request, const ByteVector& answer) {
  RecordingContext context;
  FlowDriver flow(kSocks, 6, 1080, context);
  flow.feed(true, request);
  EXPECT_FALSE(flow.mine());
  flow.feed(false, answer);
  return flow.mine();
}

TEST(Socks, WantsAnAnswerThatFitsTheGreeting) {
  EXPECT_TRUE(is_socks({5, 1, 0}, {5, 0}));
  EXPECT_TRUE(is_socks({5, 2, 0, 2}, {5, 2}));
  EXPECT_TRUE(is_socks({5, 1, 0}, {5, 0xff}));
  EXPECT_FALSE(is_socks({5, 1, 0}, {5, 2}));
  EXPECT_FALSE(is_socks({5, 1, 0}, {4, 0}));
  EXPECT_FALSE(is_socks({5, 1, 0, 9}, {5, 0}));  // a byte too many
  EXPECT_FALSE(is_socks({5, 1, 0}, {5, 0, 0}));
}

TEST(Socks, WantsAnAnswerThatFitsTheRequest) {
  EXPECT_TRUE(is_socks({4, 1, 0, 80, 192, 0, 2, 9, 0}, {0, 90, 0, 0, 0, 0, 0, 0}));
  EXPECT_FALSE(is_socks({4, 1, 0, 80, 192, 0, 2, 9, 0}, {0, 80, 0, 0, 0, 0, 0, 0}));
  EXPECT_FALSE(is_socks({4, 3, 0, 80, 192, 0, 2, 9, 0}, {0, 90, 0, 0, 0, 0, 0, 0}));
  EXPECT_FALSE(is_socks({4, 1, 0, 0, 192, 0, 2, 9, 0}, {0, 90, 0, 0, 0, 0, 0, 0}));
  EXPECT_FALSE(is_socks({4, 1, 0, 80, 192, 0, 2, 9, 7, 0}, {0, 90, 0, 0, 0, 0, 0, 0}));
}

ByteVector with_name(ByteVector front, std::string_view name, ByteVector rest = {1, 187}) {
  front.push_back(static_cast<std::uint8_t>(name.size()));
  front.insert(front.end(), name.begin(), name.end());
  front.insert(front.end(), rest.begin(), rest.end());
  return front;
}

struct SocksFlow : ::testing::Test {
  RecordingContext context;
  FlowDriver flow{kSocks, 6, 1080, context};
};

TEST_F(SocksFlow, HandsOverWhenTheProxyHasConnected) {
  flow.feed(true, ByteVector{5, 1, 0});
  EXPECT_EQ(flow.feed(false, ByteVector{5, 0}), Verdict::kNeedMore);
  EXPECT_TRUE(flow.mine());
  const ByteVector request = with_name({5, 1, 0, 3}, "www.shop.example");
  flow.feed(true, Bytes(request).first(9));
  EXPECT_EQ(context.server_name, "");
  flow.feed(true, Bytes(request).subspan(9));
  EXPECT_EQ(context.server_name, "www.shop.example");
  flow.feed(false, ByteVector{5, 0, 0, 1, 10, 0});
  EXPECT_FALSE(context.handed_over);
  EXPECT_EQ(flow.feed(false, ByteVector{0, 1, 4, 56, 'H', 'i'}), Verdict::kDone);
  EXPECT_TRUE(context.handed_over);
  EXPECT_EQ(context.discarded, 10U);  // "Hi" is for the protocol inside
}

TEST_F(SocksFlow, ReadsOverUserNameAndPassword) {
  flow.feed(true, ByteVector{5, 2, 0, 2});
  flow.feed(false, ByteVector{5, 2});
  flow.feed(true, ByteVector{1, 2, 'm', 'e', 3, 'k', 'e', 'y'});
  EXPECT_EQ(flow.feed(false, ByteVector{1, 0}), Verdict::kNeedMore);
  flow.feed(true, ByteVector{5, 1, 0, 4, 0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 80});
  flow.feed(false, ByteVector{5, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
  EXPECT_TRUE(context.handed_over);
  EXPECT_EQ(context.server_name, "");
}

TEST_F(SocksFlow, AWrongPasswordEndsTheDialogue) {
  flow.feed(true, ByteVector{5, 1, 2});
  flow.feed(false, ByteVector{5, 2});
  flow.feed(true, ByteVector{1, 1, 'a', 1, 'b'});
  EXPECT_EQ(flow.feed(false, ByteVector{1, 1}), Verdict::kDone);
  EXPECT_FALSE(context.handed_over);
}

TEST_F(SocksFlow, WhatTheProxyRefusesStaysSocks) {
  flow.feed(true, ByteVector{5, 1, 0});
  flow.feed(false, ByteVector{5, 0});
  flow.feed(true, with_name({5, 1, 0, 3}, "a.example"));
  EXPECT_EQ(flow.feed(false, ByteVector{5, 5, 0, 1, 0, 0, 0, 0, 0, 0}), Verdict::kDone);
  EXPECT_FALSE(context.handed_over);
}

TEST_F(SocksFlow, AListenerForOthersIsNotHandedOver) {
  flow.feed(true, ByteVector{5, 1, 0});
  flow.feed(false, ByteVector{5, 0});
  flow.feed(true, ByteVector{5, 2, 0, 1, 192, 0, 2, 1, 0, 21});
  EXPECT_EQ(flow.feed(false, ByteVector{5, 0, 0, 1, 0, 0, 0, 0, 0, 0}), Verdict::kDone);
  EXPECT_FALSE(context.handed_over);
}

TEST_F(SocksFlow, AClientThatDoesNotWaitIsFollowedButNotNamed) {
  flow.feed(true, ByteVector{5, 1, 0});
  flow.feed(true, with_name({5, 1, 0, 3}, "a.example"));
  EXPECT_FALSE(flow.mine());
  EXPECT_EQ(context.server_name, "");
  flow.feed(false, ByteVector{5, 0});
  flow.feed(false, ByteVector{5, 0, 0, 1, 0, 0, 0, 0, 0, 0});
  EXPECT_TRUE(context.handed_over);
}

TEST_F(SocksFlow, Version4IsHandedOverWhenGranted) {
  flow.feed(true, ByteVector{4, 1, 0, 80, 192, 0, 2, 9, 0});
  flow.feed(false, ByteVector{0, 90, 0, 0, 0, 0, 0, 0});
  EXPECT_TRUE(flow.mine());
  EXPECT_TRUE(context.handed_over);
}

}  // namespace
}  // namespace netpulse
