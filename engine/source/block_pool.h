#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>
#include <optional>
#include <vector>

#include "engine/source/record_reader.h"

namespace netpulse {

/// Blocks of a file, and how many packets in each are lent out. Nearly always one block is in use, again and again, so
/// that it stays in the cache; more exist only while a caller holds several batches.
class BlockPool {
 public:
  static constexpr std::size_t kBlocksMax = 64;
  /// Room in front of each block for the record that began in the one before it.
  static constexpr std::size_t kHeadroomBytes = (kRecordBytesMax + 4095) / 4096 * 4096;

  explicit BlockPool(std::size_t block_bytes) : block_bytes_(block_bytes) { add(); }

  std::uint8_t* base(std::size_t block) noexcept { return blocks_[block].memory.get() + kHeadroomBytes; }
  std::uint8_t* limit(std::size_t block) noexcept { return base(block) + block_bytes_; }
  std::size_t block_bytes() const noexcept { return block_bytes_; }
  bool lent(std::size_t block) const noexcept { return blocks_[block].lent_packets != 0; }
  void lend(std::size_t block, std::size_t packets) noexcept { blocks_[block].lent_packets += packets; }
  void give_back(std::size_t block, std::size_t packets) noexcept {
    NP_ASSERT(block < blocks_.size() && blocks_[block].lent_packets >= packets);
    blocks_[block].lent_packets -= packets;
  }
  /// A block of which nothing is lent, or nothing when there are kBlocksMax and all are.
  std::optional<std::size_t> find_free() {
    for (std::size_t block = 0; block < blocks_.size(); ++block)
      if (!lent(block)) return block;
    if (blocks_.size() == kBlocksMax) return std::nullopt;
    add();
    return blocks_.size() - 1;
  }

 private:
  struct Free {
    void operator()(std::uint8_t* memory) const noexcept { std::free(memory); }
  };
  struct Block {
    std::unique_ptr<std::uint8_t, Free> memory;
    std::size_t lent_packets = 0;
  };
  void add() {
    constexpr std::size_t kPageBytes = 4096;
    const std::size_t bytes = (kHeadroomBytes + block_bytes_ + kPageBytes - 1) / kPageBytes * kPageBytes;
    // Not cleared: the headroom is hardly ever touched, and then takes no memory.
    auto* memory = static_cast<std::uint8_t*>(std::aligned_alloc(kPageBytes, bytes));
    if (memory == nullptr) throw std::bad_alloc();
    blocks_.push_back({std::unique_ptr<std::uint8_t, Free>(memory), 0});
  }

  const std::size_t block_bytes_;
  std::vector<Block> blocks_;
};

}  // namespace netpulse
