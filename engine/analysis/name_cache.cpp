#include "engine/analysis/name_cache.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "engine/base/prefetch.h"
#include "engine/base/tag_match.h"

namespace netpulse {
namespace {

std::uint64_t hash_of(const IpAddress& client, const IpAddress& address, const HashSeed& seed) noexcept {
  alignas(16) const std::array<IpAddress, 3> block{client, address};
  return keyed_hash_48(&block, seed);
}
std::uint16_t tag_of(std::uint64_t hash) noexcept { return static_cast<std::uint16_t>(hash >> 48 | 1); }

}  // namespace

NameCache::NameCache(const AnalysisOptions& options, const HashSeed& seed)
    : seed_(seed),
      ttl_min_(options.name_ttl_min),
      ttl_max_(options.name_ttl_max),
      set_mask_(std::bit_ceil(std::max<std::size_t>(options.name_cache_entries / kWays, 1)) - 1),
      ring_mask_((set_mask_ + 1) * kWays * kNameBytesPerEntry - 1),
      sets_(set_mask_ + 1, PageMemory::Pages::kHuge),
      entries_((set_mask_ + 1) * kWays, PageMemory::Pages::kHuge),
      names_(ring_bytes() + kNameTailBytes, PageMemory::Pages::kHuge) {
  static_assert(std::has_single_bit(kWays * kNameBytesPerEntry), "the ring's size is a power of two");
}

std::uint64_t NameCache::write_name(std::string_view name) noexcept {
  // The answers of one response share a name.
  if (names_written_ - last_name_ == name.size() + 1 &&
      std::memcmp(&names_[last_name_ & ring_mask_] + 1, name.data(), name.size()) == 0)
    return last_name_;
  last_name_ = names_written_;
  char* const start = &names_[last_name_ & ring_mask_];
  start[0] = static_cast<char>(name.size());
  std::memcpy(start + 1, name.data(), name.size());
  names_written_ += 1 + name.size();
  return last_name_;
}

// Flattened: two calls less for each address of an answer.
[[gnu::flatten]] void NameCache::learn(const IpAddress& client, const IpAddress& address, std::string_view name,
                                       std::uint32_t ttl_seconds, Timestamp now) noexcept {
  if (name.empty()) return;
  told_everybody_ |= client == IpAddress{};
  if (waiting_count_ == kWaitingMax) {
    for (const Waiting& learned : waiting_) place(learned);
    waiting_count_ = 0;
  }
  const Duration ttl = std::clamp(Duration::from_seconds(ttl_seconds), ttl_min_, ttl_max_);
  const std::uint64_t hash = hash_of(client, address, seed_);
  prefetch_to_write(&sets_[hash & set_mask_]);
  waiting_[waiting_count_++] = {
      hash, {client, address, (now + ttl).nanoseconds, write_name(name.substr(0, kNameBytesMax))}, now};
}

void NameCache::place(const Waiting& learned) noexcept {
  const Entry& entry = learned.entry;
  const std::uint16_t tag = tag_of(learned.hash);
  const std::size_t set_index = learned.hash & set_mask_;
  Set& set = sets_[set_index];
  Entry* const entries = &entries_[set_index * kWays];
  std::size_t place = 0;
  bool same_pair = false;
  for (unsigned ways = matching_tags(set.tags, tag); ways != 0 && !same_pair; ways &= ways - 1) {
    place = static_cast<std::size_t>(std::countr_zero(ways));
    same_pair = entries[place].client == entry.client && entries[place].address == entry.address;
  }
  if (!same_pair) {
    if (const unsigned free_ways = matching_tags(set.tags, 0); free_ways != 0) {
      place = static_cast<std::size_t>(std::countr_zero(free_ways));
    } else {
      place = 0;
      for (std::size_t way = 1; way < kWays; ++way)
        if (set.expires_at_seconds[way] < set.expires_at_seconds[place]) place = way;
    }
  }
  if (set.tags[place] == 0)
    ++entries_used_;
  else if (!same_pair && Timestamp{} + Duration::from_seconds(set.expires_at_seconds[place]) > learned.learned_at)
    ++evictions_;
  // Written as a whole and not read: the line need not come from memory first.
  entries[place] = entry;
  set.tags[place] = tag;
  set.expires_at_seconds[place] = static_cast<std::uint32_t>(
      std::clamp<std::int64_t>(entry.expires_at_nanoseconds / 1'000'000'000 + 1, 1, UINT32_MAX));
}

void NameCache::prefetch(const IpAddress& client, const IpAddress& address) const noexcept {
  prefetch_to_read(&sets_[hash_of(client, address, seed_) & set_mask_]);
}

std::string_view NameCache::name_of(const Entry& entry, Timestamp now) noexcept {
  if (entry.expires_at_nanoseconds < now.nanoseconds) return {};
  if (names_written_ - entry.name_position > ring_bytes()) {
    ++overwritten_;
    return {};
  }
  const char* const start = &names_[entry.name_position & ring_mask_];
  return {start + 1, static_cast<std::uint8_t>(start[0])};
}

std::string_view NameCache::find(const IpAddress& client, const IpAddress& address, Timestamp now) noexcept {
  const std::uint64_t hash = hash_of(client, address, seed_);
  for (std::size_t i = waiting_count_; i-- != 0;) {  // the latest answer counts
    if (waiting_[i].hash != hash) continue;
    const Entry& entry = waiting_[i].entry;
    if (entry.client == client && entry.address == address) return name_of(entry, now);
  }
  const std::size_t set_index = hash & set_mask_;
  for (unsigned ways = matching_tags(sets_[set_index].tags, tag_of(hash)); ways != 0; ways &= ways - 1) {
    const Entry& entry = entries_[set_index * kWays + static_cast<std::size_t>(std::countr_zero(ways))];
    if (entry.client == client && entry.address == address) return name_of(entry, now);
  }
  return {};
}

}  // namespace netpulse
