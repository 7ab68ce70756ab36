#include "engine/flow/attribute_pool.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>
#include <vector>

namespace netpulse {
namespace {

constexpr std::size_t kUnitsPerFlow = FlowAttributes::kBytesMax / FlowAttributes::kBytesMin;

TEST(AttributePool, HoldsEightTimesAsManyFlowsWithShortTexts) {
  AttributePool pool(2);
  std::vector<std::uint32_t> indices(2 * kUnitsPerFlow, AttributePool::kNone);
  for (std::uint32_t& index : indices) {
    FlowAttributes* texts = pool.make_room(index, 60);
    ASSERT_NE(texts, nullptr);
    texts->set(FlowAttribute::kUserAgent, std::string(60, static_cast<char>('a' + (&index - indices.data()))));
  }
  EXPECT_EQ(pool.refused(), 0U);
  std::uint32_t another = AttributePool::kNone;
  EXPECT_EQ(pool.make_room(another, 1), nullptr);
  EXPECT_EQ(another, AttributePool::kNone);
  EXPECT_EQ(pool.refused(), 1U);
  for (std::size_t i = 0; i < indices.size(); ++i)
    EXPECT_EQ(pool.at(indices[i]).get(FlowAttribute::kUserAgent), std::string(60, static_cast<char>('a' + i)));
  pool.release(indices[3]);
  EXPECT_NE(pool.make_room(another, 1), nullptr);
  EXPECT_EQ(another, indices[3]);
  EXPECT_EQ(pool.at(another).get(FlowAttribute::kUserAgent), "");
}

TEST(AttributePool, AFlowThatOutgrowsItsPlaceKeepsItsTexts) {
  AttributePool pool(4);
  std::uint32_t index = AttributePool::kNone;
  pool.make_room(index, 3)->set(FlowAttribute::kHttpMethod, "GET");
  const std::uint32_t first = index;
  EXPECT_EQ(pool.make_room(index, 50), &pool.at(first));  // 5 of 62 bytes are in use
  pool.make_room(index, 255)->set(FlowAttribute::kUserAgent, std::string(255, 'u'));
  EXPECT_NE(index, first);
  pool.make_room(index, 255)->set(FlowAttribute::kHttpContentType, std::string(255, 't'));
  EXPECT_EQ(pool.at(index).get(FlowAttribute::kHttpMethod), "GET");
  EXPECT_EQ(pool.at(index).get(FlowAttribute::kUserAgent), std::string(255, 'u'));
  EXPECT_EQ(pool.at(index).get(FlowAttribute::kHttpContentType), std::string(510 - 5 - 257 - 2, 't'));
  EXPECT_EQ(pool.refused(), 0U);
}

TEST(AttributePool, WithoutRoomAFlowKeepsWhatItHas) {
  AttributePool pool(1);
  std::uint32_t index = AttributePool::kNone, other = AttributePool::kNone;
  pool.make_room(index, 3)->set(FlowAttribute::kHttpMethod, "GET");
  ASSERT_NE(pool.make_room(other, 200), nullptr);
  FlowAttributes* texts = pool.make_room(index, 255);
  ASSERT_EQ(texts, &pool.at(index));
  EXPECT_EQ(pool.refused(), 1U);
  texts->set(FlowAttribute::kUserAgent, std::string(255, 'u'));  // cut to what room is left
  EXPECT_EQ(texts->get(FlowAttribute::kUserAgent), std::string(62 - 5 - 2, 'u'));
}

TEST(AttributePool, TakesALargerPlaceWhenNothingElseIsFree) {
  AttributePool pool(1);
  std::uint32_t large = AttributePool::kNone, small = AttributePool::kNone;
  ASSERT_NE(pool.make_room(large, 500), nullptr);
  const std::uint32_t place = large;
  EXPECT_EQ(pool.make_room(small, 10), nullptr);
  pool.release(large);
  ASSERT_NE(pool.make_room(small, 10), nullptr);
  EXPECT_EQ(small, place);
  EXPECT_EQ(pool.at(small).size_class(), FlowAttributes::kSizeClasses - 1);
}

TEST(AttributePool, LosesNothingUnderRandomUse) {
  AttributePool pool(16);
  struct Flow {
    std::uint32_t index = AttributePool::kNone;
    std::map<FlowAttribute, std::string> texts;
  };
  std::mt19937 random(11);
  std::vector<Flow> flows(100);
  for (int step = 0; step < 100'000; ++step) {
    Flow& flow = flows[random() % flows.size()];
    if (random() % 8 == 0 && flow.index != AttributePool::kNone) {
      pool.release(flow.index);
      flow = {};
      continue;
    }
    const auto kind = static_cast<FlowAttribute>(random() % kFlowAttributeCount);
    const std::string text(1 + random() % 40, static_cast<char>('a' + random() % 26));
    const std::uint64_t refused = pool.refused();
    FlowAttributes* texts = pool.make_room(flow.index, text.size());
    if (texts == nullptr || pool.refused() != refused || flow.texts.contains(kind)) continue;
    std::size_t used = 0;
    for (const auto& [other, value] : flow.texts) used += 2 + value.size();
    if (used + 2 + text.size() > 510) continue;
    texts->set(kind, text);
    flow.texts[kind] = text;
    for (const auto& [other, value] : flow.texts) ASSERT_EQ(pool.at(flow.index).get(other), value) << step;
  }
  EXPECT_GT(pool.refused(), 0U);
}

}  // namespace
}  // namespace netpulse
