#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "engine/base/assert.h"
#include "engine/base/page_memory.h"
#include "engine/source/packet_source.h"

namespace netpulse {

/// Where frames that arrive in parts are put together: slots of a fixed size, resident only as far as they were used.
class ChainMemory {
 public:
  static constexpr std::size_t kSlotBytes = std::size_t{256} << 10;  // a frame's end beyond this is not captured
  static constexpr std::uint32_t kNoSlot = 0xffff'ffff;

  ChainMemory() : memory_(kBatchPackets * kSlotBytes, PageMemory::Pages::kNormal) {
    for (std::uint32_t slot = 0; slot < kBatchPackets; ++slot) free_[slot] = slot;
  }
  /// kNoSlot while all are taken.
  std::uint32_t take() noexcept { return free_count_ == 0 ? kNoSlot : free_[--free_count_]; }
  void give_back(std::uint32_t slot) noexcept {
    NP_ASSERT(free_count_ < kBatchPackets);
    free_[free_count_++] = slot;
  }
  std::uint8_t* at(std::uint32_t slot) noexcept {
    return static_cast<std::uint8_t*>(memory_.data()) + slot * kSlotBytes;
  }

 private:
  PageMemory memory_;
  std::array<std::uint32_t, kBatchPackets> free_{};
  std::size_t free_count_ = kBatchPackets;
};

}  // namespace netpulse
