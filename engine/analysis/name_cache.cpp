#include "engine/analysis/name_cache.h"

#include <algorithm>
#include <array>
#include <bit>

namespace netpulse {

NameCache::NameCache(const AnalysisOptions& options, const HashSeed& seed)
    : seed_(seed),
      ttl_min_(options.name_ttl_min),
      ttl_max_(options.name_ttl_max),
      set_mask_(std::bit_ceil(std::max<std::size_t>(options.name_cache_entries / kWays, 1)) - 1),
      entries_((set_mask_ + 1) * kWays, PageMemory::Pages::kNormal) {}

std::size_t NameCache::set_of(const IpAddress& client, const IpAddress& address) const noexcept {
  struct alignas(16) Pair {
    IpAddress client, address;
    std::array<std::uint64_t, 2> none{};
  };
  const Pair pair{client, address, {}};
  return keyed_hash_48(&pair, seed_) & set_mask_;
}

void NameCache::learn(const IpAddress& client, const IpAddress& address, std::string_view name,
                      std::uint32_t ttl_seconds, Timestamp now) noexcept {
  if (name.empty()) return;
  const Duration ttl = std::clamp(Duration::from_seconds(ttl_seconds), ttl_min_, ttl_max_);
  AddressName* const set = &entries_[set_of(client, address) * kWays];
  AddressName* place = set;
  for (std::size_t way = 0; way < kWays; ++way) {
    AddressName& entry = set[way];
    if (!entry.name.empty() && entry.client == client && entry.address == address) {
      place = &entry;
      break;
    }
    if (entry.expires_at < place->expires_at) place = &entry;
  }
  const bool same_pair = place->client == client && place->address == address;
  if (place->name.empty())
    ++entries_used_;
  else if (!same_pair && place->expires_at > now)
    ++evictions_;
  place->client = client;
  place->address = address;
  place->expires_at = now + ttl;
  place->name.assign(name);
}

std::string_view NameCache::find(const IpAddress& client, const IpAddress& address, Timestamp now) const noexcept {
  const AddressName* const set = &entries_[set_of(client, address) * kWays];
  for (std::size_t way = 0; way < kWays; ++way) {
    const AddressName& entry = set[way];
    if (entry.client == client && entry.address == address && entry.expires_at >= now) return entry.name.view();
  }
  return {};
}

}  // namespace netpulse
