#include "engine/base/spsc_ring.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <thread>

namespace netpulse {
namespace {

TEST(SpscRing, RefusesWhatDoesNotFitAndLosesNothing) {
  SpscRing<int> ring(3);
  ASSERT_EQ(ring.capacity(), 4U);
  for (int i = 0; i < 4; ++i) {
    int* slot = ring.reserve();
    ASSERT_NE(slot, nullptr);
    *slot = i;
    ring.push();
  }
  EXPECT_EQ(ring.reserve(), nullptr);
  for (int i = 0; i < 4; ++i) {
    ASSERT_NE(ring.front(), nullptr);
    EXPECT_EQ(*ring.front(), i);
    ring.pop();
  }
  EXPECT_EQ(ring.front(), nullptr);
}

TEST(SpscRing, GivesSeveralElementsAtOnceAcrossTheWrap) {
  SpscRing<int> ring(4);
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 3; ++i) {
      *ring.reserve() = round * 3 + i;
      ring.push();
    }
    ASSERT_EQ(ring.readable(), 3U);
    for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(ring[i], round * 3 + static_cast<int>(i));
    ring.pop(3);
  }
}

TEST(SpscRing, KeepsOrderBetweenThreads) {
  constexpr std::uint64_t kCount = 200'000;
  SpscRing<std::uint64_t> ring(64);
  std::thread producer([&] {
    for (std::uint64_t i = 0; i < kCount; ++i) {
      std::uint64_t* slot = ring.reserve();
      while (slot == nullptr) {
        std::this_thread::yield();
        slot = ring.reserve();
      }
      *slot = i;
      ring.push();
    }
  });
  std::uint64_t out_of_order = 0;
  for (std::uint64_t expected = 0; expected < kCount;) {
    const std::uint64_t* element = ring.front();
    if (element == nullptr) {
      std::this_thread::yield();
      continue;
    }
    out_of_order += *element != expected;
    ring.pop();
    ++expected;
  }
  producer.join();
  EXPECT_EQ(out_of_order, 0U);
  EXPECT_EQ(ring.size(), 0U);
}

TEST(SpscRing, KnowsHowMuchRoomThereIs) {
  SpscRing<int> ring(8);
  EXPECT_TRUE(ring.has_room(8));
  for (int i = 0; i < 5; ++i) {
    *ring.reserve() = i;
    ring.push();
  }
  EXPECT_TRUE(ring.has_room(3));
  EXPECT_FALSE(ring.has_room(4));
  ASSERT_NE(ring.front(), nullptr);
  ring.pop(2);
  EXPECT_TRUE(ring.has_room(5));
  EXPECT_FALSE(ring.has_room(6));
}

}  // namespace
}  // namespace netpulse
