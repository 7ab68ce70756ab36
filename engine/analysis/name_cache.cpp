#include "engine/analysis/name_cache.h"

#include <algorithm>
#include <array>
#include <bit>

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
      sets_(set_mask_ + 1, PageMemory::Pages::kNormal),
      entries_((set_mask_ + 1) * kWays, PageMemory::Pages::kNormal) {}

void NameCache::learn(const IpAddress& client, const IpAddress& address, std::string_view name,
                      std::uint32_t ttl_seconds, Timestamp now) noexcept {
  if (name.empty()) return;
  const Duration ttl = std::clamp(Duration::from_seconds(ttl_seconds), ttl_min_, ttl_max_);
  const std::uint64_t hash = hash_of(client, address, seed_);
  const std::size_t set_index = hash & set_mask_;
  Set& set = sets_[set_index];
  Entry* const entries = &entries_[set_index * kWays];
  std::size_t place = 0;
  bool same_pair = false;
  for (std::size_t way = 0; way < kWays && !same_pair; ++way) {
    same_pair = set.tags[way] == tag_of(hash) && entries[way].client == client && entries[way].address == address;
    // A free way has expired long ago.
    if (same_pair || set.expires_at_seconds[way] < set.expires_at_seconds[place]) place = way;
  }
  Entry& entry = entries[place];
  if (set.tags[place] == 0)
    ++entries_used_;
  else if (!same_pair && entry.expires_at > now)
    ++evictions_;
  entry.client = client;
  entry.address = address;
  entry.expires_at = now + ttl;
  entry.name.assign(name);
  set.tags[place] = tag_of(hash);
  set.expires_at_seconds[place] = static_cast<std::uint32_t>(
      std::clamp<std::int64_t>(entry.expires_at.nanoseconds / 1'000'000'000 + 1, 1, UINT32_MAX));
}

std::string_view NameCache::find(const IpAddress& client, const IpAddress& address, Timestamp now) const noexcept {
  const std::uint64_t hash = hash_of(client, address, seed_);
  const std::size_t set_index = hash & set_mask_;
  const Set& set = sets_[set_index];
  for (std::size_t way = 0; way < kWays; ++way) {
    if (set.tags[way] != tag_of(hash)) continue;
    const Entry& entry = entries_[set_index * kWays + way];
    if (entry.client == client && entry.address == address)
      return entry.expires_at >= now ? entry.name.view() : std::string_view{};
  }
  return {};
}

}  // namespace netpulse
