#include "engine/source/chain_memory.h"

#include <gtest/gtest.h>

#include <cstring>
#include <set>

namespace netpulse {
namespace {

TEST(ChainMemory, GivesEachSlotOnceUntilItComesBack) {
  ChainMemory memory;
  std::set<std::uint32_t> slots;
  for (std::size_t i = 0; i < kBatchPackets; ++i) slots.insert(memory.take());
  EXPECT_EQ(slots.size(), kBatchPackets);
  EXPECT_EQ(slots.count(ChainMemory::kNoSlot), 0U);
  EXPECT_EQ(memory.take(), ChainMemory::kNoSlot);
  memory.give_back(7);
  EXPECT_EQ(memory.take(), 7U);
}

TEST(ChainMemory, SlotsDoNotOverlap) {
  ChainMemory memory;
  const std::uint32_t one = memory.take(), other = memory.take();
  std::memset(memory.at(one), 1, ChainMemory::kSlotBytes);
  std::memset(memory.at(other), 2, ChainMemory::kSlotBytes);
  EXPECT_EQ(memory.at(one)[0], 1);
  EXPECT_EQ(memory.at(one)[ChainMemory::kSlotBytes - 1], 1);
}

}  // namespace
}  // namespace netpulse
