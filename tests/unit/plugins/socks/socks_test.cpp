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

}  // namespace
}  // namespace netpulse
