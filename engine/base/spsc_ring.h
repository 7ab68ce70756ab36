#pragma once

#include <atomic>
#include <bit>
#include <cstddef>

#include "engine/base/page_memory.h"

namespace netpulse {

/// A bounded queue between one producing and one consuming thread; wait-free on both sides.
/// Elements are filled and read in place, so a large T costs only the bytes that are written.
/// The capacity is rounded up to a power of two; T begins as zero bytes and is reused. Memory that no element has been
/// in is not resident.
template <class T>
class SpscRing {
 public:
  explicit SpscRing(std::size_t capacity_min)
      : mask_(std::bit_ceil(capacity_min) - 1), slots_(mask_ + 1, PageMemory::Pages::kNormal) {}

  /// Producer: the slot to fill next, or null when the ring is full. The same slot until push().
  T* reserve() noexcept {
    if (tail_local_ - head_seen_ > mask_) {
      head_seen_ = head_.load(std::memory_order_acquire);
      if (tail_local_ - head_seen_ > mask_) return nullptr;
    }
    return &slots_[tail_local_ & mask_];
  }
  /// Producer: whether so many slots are free.
  bool has_room(std::size_t slots) noexcept {
    const auto free = [this] { return mask_ + 1 - (tail_local_ - head_seen_); };
    if (free() < slots) head_seen_ = head_.load(std::memory_order_acquire);
    return free() >= slots;
  }
  /// Producer: hands the reserved slot over.
  void push() noexcept { tail_.store(++tail_local_, std::memory_order_release); }

  /// Consumer: elements that can be read now, as far as it has looked.
  std::size_t readable() noexcept {
    tail_seen_ = tail_.load(std::memory_order_acquire);
    return tail_seen_ - head_local_;
  }
  /// Consumer: element i of readable(), oldest first. Stays valid until popped.
  T& operator[](std::size_t i) noexcept { return slots_[(head_local_ + i) & mask_]; }
  /// Consumer: the oldest element, or null when the ring is empty. Stays valid until pop().
  T* front() noexcept { return head_local_ != tail_seen_ || readable() != 0 ? &slots_[head_local_ & mask_] : nullptr; }
  /// Consumer: gives the oldest count slots back.
  void pop(std::size_t count = 1) noexcept {
    head_local_ += count;
    head_.store(head_local_, std::memory_order_release);
  }

  std::size_t capacity() const noexcept { return mask_ + 1; }
  /// Any thread; a moment's estimate.
  std::size_t size() const noexcept {
    return tail_.load(std::memory_order_acquire) - head_.load(std::memory_order_acquire);
  }

 private:
  static constexpr std::size_t kCacheLineBytes = 64;
  const std::size_t mask_;
  PageArray<T> slots_;
  alignas(kCacheLineBytes) std::atomic<std::size_t> tail_{0};
  std::size_t tail_local_ = 0;
  std::size_t head_seen_ = 0;
  alignas(kCacheLineBytes) std::atomic<std::size_t> head_{0};
  std::size_t head_local_ = 0;
  std::size_t tail_seen_ = 0;
};

}  // namespace netpulse
