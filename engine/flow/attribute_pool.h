#pragma once

#include <cstddef>
#include <cstdint>

#include "engine/base/page_memory.h"
#include "engine/flow/flow_record.h"

namespace netpulse {

/// Memory for the texts of flows. Most flows have few, so they begin in an eighth of what a flow may have, and move
/// into twice as much when they outgrow it. Of fixed size; nothing is touched before it is used. Not thread-safe.
class AttributePool {
 public:
  static constexpr std::uint32_t kNone = kNoDetail;

  /// Room for so many flows that have as much as a flow may have, or up to eight times as many with less.
  explicit AttributePool(std::size_t attributes_max);

  FlowAttributes& at(std::uint32_t index) noexcept { return reinterpret_cast<FlowAttributes&>(units_[index]); }
  const FlowAttributes& at(std::uint32_t index) const noexcept {
    return reinterpret_cast<const FlowAttributes&>(units_[index]);
  }
  /// Sees to it that value_bytes more fit in, or as much of them as a flow may have. index: kNone, or of what the flow
  /// has; changes when that moves. If the pool has no room, which is counted, what the flow has stays: null if nothing.
  FlowAttributes* make_room(std::uint32_t& index, std::size_t value_bytes) noexcept;
  void release(std::uint32_t index) noexcept;

  /// Calls of make_room() that found none.
  std::uint64_t refused() const noexcept { return refused_; }

 private:
  struct alignas(64) Unit {
    std::uint8_t bytes[FlowAttributes::kBytesMin];
  };
  static_assert(sizeof(Unit) == FlowAttributes::kBytesMin);

  std::uint32_t take(unsigned size_class) noexcept;

  PageArray<Unit> units_;
  std::size_t units_begun_ = 0;
  std::uint32_t free_[FlowAttributes::kSizeClasses];
  std::uint64_t refused_ = 0;
};

}  // namespace netpulse
