#include "engine/source/memory_source.h"

#include <gtest/gtest.h>

#include "tests/unit/engine/source/capture_bytes.h"

namespace netpulse {
namespace {

TEST(MemorySource, DeliversItsPacketsInOrder) {
  MemorySource source;
  source.add(as_bytes("one"), {10}, 1, 60);
  source.add(as_bytes(""), {30}, 101);
  source.add(as_bytes("three"), {20});
  const auto read = test::drain(source, 2);
  ASSERT_EQ(read.packets.size(), 3);
  EXPECT_EQ(read.packets[0].text, "one");
  EXPECT_EQ(read.packets[0].wire_bytes, 60);
  EXPECT_EQ(read.packets[1].link_type, 101);
  EXPECT_EQ(read.packets[2].wire_bytes, 5);
  EXPECT_EQ(read.packets[2].number, 3);
  EXPECT_EQ(read.now.nanoseconds, 30);
  EXPECT_EQ(read.status, PollStatus::kEndOfInput);
  EXPECT_EQ(read.stats.received_packets, 3);
  EXPECT_EQ(read.stats.received_bytes, 8);
}

TEST(MemorySource, RepeatsWithLaterTimes) {
  MemorySource source;
  source.add(as_bytes("a"), {1});
  source.add(as_bytes("b"), {2});
  source.repeat(3, {100});
  const auto read = test::drain(source);
  ASSERT_EQ(read.packets.size(), 6);
  EXPECT_EQ(read.packets[5].text, "b");
  EXPECT_EQ(read.packets[5].received_at.nanoseconds, 202);
  EXPECT_EQ(read.packets[5].number, 6);
}

TEST(MemorySource, StartsOverAfterRewind) {
  MemorySource source;
  source.add(as_bytes("a"), {1});
  EXPECT_EQ(test::drain(source).packets.size(), 1);
  EXPECT_EQ(test::drain(source).packets.size(), 0);
  source.rewind();
  const auto again = test::drain(source);
  EXPECT_EQ(again.packets.size(), 1);
  EXPECT_EQ(again.packets[0].number, 1);
  EXPECT_EQ(again.stats.received_packets, 1);
}

TEST(MemorySource, EndsAtOnceWithoutPackets) {
  MemorySource source;
  EXPECT_EQ(test::drain(source).status, PollStatus::kEndOfInput);
}

TEST(MemorySource, TakesOverAllOfAnotherSource) {
  MemorySource first, second;
  for (int i = 0; i < 200; ++i) first.add(as_bytes(std::string(10'000, static_cast<char>('a' + i % 26))), {i});
  second.add_all(first);
  const auto read = test::drain(second);
  ASSERT_EQ(read.packets.size(), 200);
  EXPECT_EQ(read.packets[199].text, std::string(10'000, static_cast<char>('a' + 199 % 26)));
}

}  // namespace
}  // namespace netpulse
