#include "engine/analysis/stream_pool.h"

#include <algorithm>
#include <cstring>

namespace netpulse {

bool StreamBuffer::insert(std::size_t offset, Bytes segment, bool* conflict) noexcept {
  if (offset >= kStreamPrefixBytes || segment.empty()) return segment.empty();
  const std::size_t end = std::min(offset + segment.size(), kStreamPrefixBytes);
  const bool whole = end == offset + segment.size();
  // The intervals that touch [offset, end): they become one with it.
  std::uint32_t first = 0;
  while (first < interval_count_ && intervals_[first].end < offset) ++first;
  std::uint32_t last = first;
  while (last < interval_count_ && intervals_[last].begin <= end) ++last;
  if (first == last && interval_count_ == kIntervalsMax) return false;
  // Only the gaps are written: what came first stays.
  std::size_t position = offset;
  for (std::uint32_t i = first; i < last; ++i) {
    const std::size_t both_begin = std::max<std::size_t>(intervals_[i].begin, offset),
                      both_end = std::min<std::size_t>(intervals_[i].end, end);
    if (conflict != nullptr && both_begin < both_end &&
        std::memcmp(&data_[both_begin], segment.data() + (both_begin - offset), both_end - both_begin) != 0)
      *conflict = true;
    if (position < intervals_[i].begin)
      std::memcpy(&data_[position], segment.data() + (position - offset), intervals_[i].begin - position);
    position = std::max<std::size_t>(position, intervals_[i].end);
  }
  if (position < end) std::memcpy(&data_[position], segment.data() + (position - offset), end - position);
  Interval merged{static_cast<std::uint16_t>(offset), static_cast<std::uint16_t>(end)};
  if (first < last) {
    merged.begin = std::min(merged.begin, intervals_[first].begin);
    merged.end = std::max(merged.end, intervals_[last - 1].end);
  }
  std::memmove(&intervals_[first + 1], &intervals_[last], (interval_count_ - last) * sizeof(Interval));
  intervals_[first] = merged;
  interval_count_ = interval_count_ - (last - first) + 1;
  return whole;
}

Bytes StreamBuffer::contiguous() const noexcept {
  if (interval_count_ == 0 || intervals_[0].begin != 0) return {};
  return {data_.data(), intervals_[0].end};
}

void StreamBuffer::discard(std::size_t count) noexcept {
  if (count == 0 || interval_count_ == 0) return;
  const std::size_t used = intervals_[interval_count_ - 1].end;
  if (count >= used) {
    interval_count_ = 0;
    return;
  }
  std::memmove(data_.data(), data_.data() + count, used - count);
  std::uint32_t kept = 0;
  for (std::uint32_t i = 0; i < interval_count_; ++i) {
    if (intervals_[i].end <= count) continue;
    const std::size_t begin = std::max<std::size_t>(intervals_[i].begin, count) - count;
    intervals_[kept++] = {static_cast<std::uint16_t>(begin), static_cast<std::uint16_t>(intervals_[i].end - count)};
  }
  interval_count_ = kept;
}

StreamPool::StreamPool(std::size_t buffers_max)
    : buffers_(buffers_max, PageMemory::Pages::kNormal), links_(buffers_max, PageMemory::Pages::kNormal) {}

std::uint32_t StreamPool::acquire(Owner owner, Owner& taken_from) noexcept {
  taken_from = {};
  std::uint32_t index = free_;
  if (index != kNone) {
    free_ = links_[index].newer;
  } else if (begun_ < buffers_.size()) {
    index = begun_++;
  } else {
    index = oldest_;
    taken_from = links_[index].owner;
    unlink(index);
  }
  links_[index].owner = owner;
  link_newest(index);
  buffers_[index].reset();
  return index;
}

void StreamPool::release(std::uint32_t index) noexcept {
  unlink(index);
  links_[index].newer = free_;
  free_ = index;
}

void StreamPool::unlink(std::uint32_t index) noexcept {
  const Link& link = links_[index];
  (link.older == kNone ? oldest_ : links_[link.older].newer) = link.newer;
  (link.newer == kNone ? newest_ : links_[link.newer].older) = link.older;
  --used_;
}

void StreamPool::link_newest(std::uint32_t index) noexcept {
  links_[index].older = newest_;
  links_[index].newer = kNone;
  (newest_ == kNone ? oldest_ : links_[newest_].newer) = index;
  newest_ = index;
  ++used_;
}

}  // namespace netpulse
