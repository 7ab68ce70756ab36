#include "engine/packet/fragment_table.h"

#include <algorithm>
#include <bit>

#include "engine/base/assert.h"

namespace netpulse {
namespace {

std::uint32_t tag_of(std::uint64_t hash) noexcept { return static_cast<std::uint32_t>(hash >> 32) | 1; }

}  // namespace

FragmentTable::FragmentTable(const HashSeed& seed, std::size_t datagrams_max)
    : seed_(seed),
      set_mask_(std::bit_floor(std::max(datagrams_max, kWays) / kWays) - 1),
      sets_(std::make_unique<Set[]>(set_mask_ + 1)),
      datagrams_((set_mask_ + 1) * kWays, PageMemory::Pages::kNormal) {}

FragmentTable::~FragmentTable() = default;

std::size_t FragmentTable::datagrams_max() const noexcept { return (set_mask_ + 1) * kWays; }

FragmentTable::Match FragmentTable::note(const FragmentKey& key, const FragmentExtent& extent, Timestamp now) noexcept {
  const std::uint64_t hash = keyed_hash_48(&key, seed_);
  const bool first = extent.begin == 0;
  Datagram* datagram = find(key, hash);
  // A datagram that is whole or too old has nothing to do with a new first fragment under the same identification.
  const bool stale = datagram != nullptr && (now - datagram->first_seen > kTimeout || (first && complete(*datagram)));
  if (stale) datagram->in_use = false;
  if (datagram == nullptr || stale) datagram = &enter(key, hash, now);

  last_ = datagram;
  const Range range{static_cast<std::uint16_t>(extent.begin / 8), static_cast<std::uint16_t>((extent.end + 7) / 8)};
  if (range.begin < range.end && !complete(*datagram)) {
    if (!extent.more) datagram->last_end = range.end;
    if (!add_range(*datagram, range)) {
      ++stats_.overlaps;
      datagram->overlap = true;
    }
  }
  if (!first) ++(datagram->has_flow ? stats_.matched : stats_.unmatched);
  return {datagram->has_flow ? &datagram->flow : nullptr, datagram->direction, datagram->overlap};
}

void FragmentTable::set_flow(const FlowKey& flow, Direction direction) noexcept {
  NP_ASSERT(last_ != nullptr);
  last_->flow = flow;
  last_->direction = direction;
  last_->has_flow = true;
}

FragmentTable::Datagram* FragmentTable::find(const FragmentKey& key, std::uint64_t hash) noexcept {
  const std::size_t index = hash & set_mask_;
  const std::uint32_t tag = tag_of(hash);
  for (std::size_t way = 0; way < kWays; ++way) {
    if (sets_[index].tags[way] != tag) continue;
    Datagram& datagram = datagrams_[index * kWays + way];
    if (datagram.in_use && datagram.key == key) return &datagram;
  }
  return nullptr;
}

FragmentTable::Datagram& FragmentTable::enter(const FragmentKey& key, std::uint64_t hash, Timestamp now) noexcept {
  const std::size_t index = hash & set_mask_;
  Datagram* const set = &datagrams_[index * kWays];
  std::size_t chosen = 0;
  for (std::size_t way = 0; way < kWays; ++way) {
    if (!set[way].in_use) {
      chosen = way;
      break;
    }
    if (set[way].first_seen < set[chosen].first_seen) chosen = way;
  }
  Datagram& datagram = set[chosen];
  if (datagram.in_use && !complete(datagram) && now - datagram.first_seen <= kTimeout) ++stats_.evicted;
  ++stats_.tracked;
  datagram = Datagram{};
  datagram.key = key;
  datagram.first_seen = now;
  datagram.in_use = true;
  sets_[index].tags[chosen] = tag_of(hash);
  return datagram;
}

bool FragmentTable::add_range(Datagram& datagram, Range range) noexcept {
  const auto merged = [&](std::size_t i) { return (datagram.ranges_merged >> i & 1) != 0; };
  std::size_t neighbour = kRangesMax;
  for (std::size_t i = 0; i < datagram.ranges_count; ++i) {
    const Range seen = datagram.ranges[i];
    if (range.begin < seen.end && seen.begin < range.end) {
      // A copy of a fragment (a mirror port shows packets twice) is no overlap.
      const bool equal = range.begin == seen.begin && range.end == seen.end;
      const bool inside = range.begin >= seen.begin && range.end <= seen.end;
      return equal || (inside && merged(i));
    }
    if (range.begin == seen.end || range.end == seen.begin) neighbour = i;
  }
  if (datagram.ranges_count < kRangesMax) {
    datagram.ranges[datagram.ranges_count++] = range;
  } else if (neighbour < kRangesMax) {
    Range& seen = datagram.ranges[neighbour];
    seen = {std::min(seen.begin, range.begin), std::max(seen.end, range.end)};
    datagram.ranges_merged |= static_cast<std::uint8_t>(1u << neighbour);
  } else {
    ++stats_.ranges_forgotten;  // more holes than the table remembers: not an error
  }
  return true;
}

bool FragmentTable::complete(const Datagram& datagram) noexcept {
  if (datagram.last_end == 0) return false;
  std::uint32_t covered = 0;
  for (std::size_t i = 0; i < datagram.ranges_count; ++i)
    covered += static_cast<std::uint32_t>(datagram.ranges[i].end - datagram.ranges[i].begin);
  return covered >= datagram.last_end;
}

}  // namespace netpulse
