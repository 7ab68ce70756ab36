#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <memory>
#include <type_traits>

namespace netpulse {

/// The latest T from one writing thread to one reading thread, both wait-free: a triple buffer.
template <class T>
requires std::is_trivially_copyable_v<T>
class SnapshotSlot {
 public:
  /// Writer: makes value the one that the next latest() sees.
  void publish(const T& value) noexcept {
    std::memcpy(&buffers_[write_], &value, sizeof(T));
    write_ = middle_.exchange(write_ | kFresh, std::memory_order_acq_rel) & kIndexMask;
  }
  /// Reader: the newest published value; a value-initialised T before the first one. Stays valid until the next call.
  const T& latest() noexcept {
    if ((middle_.load(std::memory_order_relaxed) & kFresh) != 0)
      read_ = middle_.exchange(read_, std::memory_order_acq_rel) & kIndexMask;
    return buffers_[read_];
  }

 private:
  static constexpr std::uint8_t kFresh = 4, kIndexMask = 3;
  std::unique_ptr<T[]> buffers_ = std::make_unique<T[]>(3);
  alignas(64) std::atomic<std::uint8_t> middle_{1};
  alignas(64) std::uint8_t write_ = 0;
  alignas(64) std::uint8_t read_ = 2;
};

}  // namespace netpulse
