#include "engine/flow/attribute_pool.h"

#include <cstring>

#include "engine/base/assert.h"

namespace netpulse {

AttributePool::AttributePool(std::size_t attributes_max)
    : units_(attributes_max << (FlowAttributes::kSizeClasses - 1), PageMemory::Pages::kHuge) {
  NP_ASSERT(units_.size() < kNone);
  for (std::uint32_t& first : free_) first = kNone;
}

FlowAttributes* AttributePool::make_room(std::uint32_t& index, std::size_t value_bytes) noexcept {
  const std::size_t used = index == kNone ? 0 : at(index).used();
  const unsigned wanted = FlowAttributes::size_class_for(used + FlowAttributes::kHeaderBytes + value_bytes);
  if (index != kNone && wanted <= at(index).size_class()) return &at(index);
  const std::uint32_t taken = take(wanted);
  if (taken == kNone) {
    ++refused_;
    return index == kNone ? nullptr : &at(index);
  }
  if (index != kNone) {
    at(taken).copy_texts(at(index));
    release(index);
  }
  index = taken;
  return &at(index);
}

std::uint32_t AttributePool::take(unsigned size_class) noexcept {
  const std::size_t units = std::size_t{1} << size_class;
  std::uint32_t index = free_[size_class];
  if (index != kNone) {
    free_[size_class] = at(index).next_free();
  } else if (units_.size() - units_begun_ >= units) {
    index = static_cast<std::uint32_t>(units_begun_);
    units_begun_ += units;
  } else {
    // What is free elsewhere and larger is better than nothing.
    while (++size_class < FlowAttributes::kSizeClasses && free_[size_class] == kNone) {
    }
    if (size_class == FlowAttributes::kSizeClasses) return kNone;
    index = free_[size_class];
    free_[size_class] = at(index).next_free();
  }
  at(index).clear(size_class);
  return index;
}

void AttributePool::release(std::uint32_t index) noexcept {
  std::uint32_t& first = free_[at(index).size_class()];
  at(index).set_next_free(first);
  first = index;
}

}  // namespace netpulse
