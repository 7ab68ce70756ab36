#include "engine/analysis/name_cache.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

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
      sets_(set_mask_ + 1, PageMemory::Pages::kHuge),
      entries_((set_mask_ + 1) * kWays, PageMemory::Pages::kHuge),
      names_((set_mask_ + 1) * kWays * kNameBytesPerEntry + kNameTailBytes, PageMemory::Pages::kHuge) {}

std::uint64_t NameCache::write_name(std::string_view name) noexcept {
  const std::uint64_t position = names_written_;
  char* const place = &names_[position % ring_bytes()];
  place[0] = static_cast<char>(name.size());
  std::memcpy(place + 1, name.data(), name.size());
  names_written_ += 1 + name.size();
  return position;
}

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
  const Timestamp expires_at = now + ttl;
  if (set.tags[place] == 0)
    ++entries_used_;
  else if (!same_pair && Duration::from_seconds(set.expires_at_seconds[place]) > now - Timestamp{})
    ++evictions_;
  // Written as a whole and not read: the line need not come from memory first.
  name = name.substr(0, kNameBytesMax);
  entries[place] = {client, address, expires_at.nanoseconds, write_name(name)};
  set.tags[place] = tag_of(hash);
  set.expires_at_seconds[place] =
      static_cast<std::uint32_t>(std::clamp<std::int64_t>(expires_at.nanoseconds / 1'000'000'000 + 1, 1, UINT32_MAX));
}

std::string_view NameCache::find(const IpAddress& client, const IpAddress& address, Timestamp now) const noexcept {
  const std::uint64_t hash = hash_of(client, address, seed_);
  const std::size_t set_index = hash & set_mask_;
  const Set& set = sets_[set_index];
  for (std::size_t way = 0; way < kWays; ++way) {
    if (set.tags[way] != tag_of(hash)) continue;
    const Entry& entry = entries_[set_index * kWays + way];
    if (entry.client != client || entry.address != address) continue;
    const bool overwritten = names_written_ - entry.name_position > ring_bytes();
    if (overwritten || entry.expires_at_nanoseconds < now.nanoseconds) return {};
    const char* const place = &names_[entry.name_position % ring_bytes()];
    return {place + 1, static_cast<std::uint8_t>(place[0])};
  }
  return {};
}

}  // namespace netpulse
