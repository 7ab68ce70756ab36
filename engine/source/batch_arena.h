#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>

#include "engine/base/assert.h"
#include "engine/source/packet_source.h"

namespace netpulse {

/// The bytes of one batch of packets, copied out of a ring that does not wait. Grows to the largest batch seen and then
/// allocates no more.
class BatchArena {
 public:
  void clear() noexcept { used_ = count_ = 0; }

  /// At most kBatchPackets between two clear()s.
  void append(const std::uint8_t* bytes, std::size_t size) {
    NP_ASSERT(count_ < kBatchPackets);
    if (capacity_ - used_ < size) grow(size);
    std::memcpy(bytes_.get() + used_, bytes, size);
    offsets_[count_++] = used_;
    used_ += size;
  }
  std::size_t count() const noexcept { return count_; }
  /// Where packet `index` lies, until the next append().
  const std::uint8_t* at(std::size_t index) const noexcept { return bytes_.get() + offsets_[index]; }

  std::size_t lent_packets = 0;

 private:
  static constexpr std::size_t kFirstBytes = 128U << 10;

  void grow(std::size_t more) {
    const std::size_t capacity = std::max({capacity_ * 2, used_ + more, kFirstBytes});
    auto bytes = std::make_unique_for_overwrite<std::uint8_t[]>(capacity);
    if (used_ != 0) std::memcpy(bytes.get(), bytes_.get(), used_);
    bytes_ = std::move(bytes);
    capacity_ = capacity;
  }

  std::unique_ptr<std::uint8_t[]> bytes_;
  std::size_t capacity_ = 0, used_ = 0, count_ = 0;
  std::array<std::size_t, kBatchPackets> offsets_{};
};

}  // namespace netpulse
