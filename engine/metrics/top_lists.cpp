#include "engine/metrics/top_lists.h"

#include <algorithm>
#include <array>
#include <string>

#include "engine/base/keyed_hash.h"
#include "engine/base/text.h"
#include "engine/metrics/heavy_hitters.h"

namespace netpulse {
namespace {

using AddressPair = std::array<IpAddress, 2>;

/// Flows whose entries are on their way from memory at one time.
constexpr std::size_t kFlowsAhead = 16;

std::string name_of(const IpAddress& address) { return address.to_string(); }
std::string name_of(const AddressPair& pair) { return pair[0].to_string() + " - " + pair[1].to_string(); }
std::string name_of(const std::string& name) { return printable(name); }

template <class Key>
std::vector<TopEntry> largest(const HeavyHitters<Key>& hitters, std::size_t count) {
  std::vector<const typename HeavyHitters<Key>::Entry*> order;
  order.reserve(hitters.entries().size());
  for (const auto& entry : hitters.entries()) order.push_back(&entry);
  const auto middle = order.begin() + static_cast<std::ptrdiff_t>(std::min(count, order.size()));
  std::partial_sort(order.begin(), middle, order.end(), [](const auto* a, const auto* b) {
    return a->traffic.bytes != b->traffic.bytes ? a->traffic.bytes > b->traffic.bytes : a->key < b->key;
  });
  std::vector<TopEntry> top;
  for (auto entry = order.begin(); entry != middle; ++entry)
    top.push_back({name_of((*entry)->key), (*entry)->traffic, (*entry)->bytes_missed_max});
  return top;
}

}  // namespace

struct TopLists::Implementation {
  /// Addresses and names come from the wire: hashes are keyed, so that nobody can build collisions.
  HashSeed seed = HashSeed::from_system();
  HeavyHitters<IpAddress> hosts;
  HeavyHitters<AddressPair> pairs;
  HeavyHitters<std::string> server_names;

  struct Hashes {
    std::uint64_t hosts[2], pair, server_name;
  };

  std::uint64_t hash_of(const IpAddress& first, const IpAddress& second) const noexcept {
    alignas(16) const std::array<IpAddress, 3> block{first, second};
    return keyed_hash_48(&block, seed);
  }
  Hashes fetch_buckets(const FinishedFlow& flow) const noexcept {
    const FlowKey& key = flow.record.key;
    Hashes hashes{{hash_of(key.lo_addr, {}), hash_of(key.hi_addr, {})}, hash_of(key.lo_addr, key.hi_addr), 0};
    for (const std::uint64_t hash : hashes.hosts) hosts.prefetch_bucket(hash);
    pairs.prefetch_bucket(hashes.pair);
    if (const std::string_view name = flow.server_name(); !name.empty()) {
      hashes.server_name = keyed_hash(name.data(), name.size(), seed);
      server_names.prefetch_bucket(hashes.server_name);
    }
    return hashes;
  }
  void fetch_entries(const FinishedFlow& flow, const Hashes& hashes) const noexcept {
    for (const std::uint64_t hash : hashes.hosts) hosts.prefetch_entry(hash);
    pairs.prefetch_entry(hashes.pair);
    if (!flow.server_name().empty()) server_names.prefetch_entry(hashes.server_name);
  }
  void add(const FinishedFlow& flow, const Hashes& hashes) {
    const FlowRecord& record = flow.record;
    // A record that continues one cut by the active timeout is not a new flow.
    const TrafficCounters traffic{record.packets_total(), record.bytes_total(),
                                  record.is(FlowRecord::kFlagContinued) ? 0U : 1U};
    const FlowKey& key = record.key;
    hosts.add(hashes.hosts[0], key.lo_addr, traffic);
    if (key.hi_addr != key.lo_addr) hosts.add(hashes.hosts[1], key.hi_addr, traffic);
    pairs.add(hashes.pair, AddressPair{key.lo_addr, key.hi_addr}, traffic);
    if (const std::string_view name = flow.server_name(); !name.empty())
      server_names.add(hashes.server_name, name, traffic);
  }
};

TopLists::TopLists() : implementation_(std::make_unique<Implementation>()) {}
TopLists::~TopLists() = default;
TopLists::TopLists(TopLists&&) noexcept = default;
TopLists& TopLists::operator=(TopLists&&) noexcept = default;

void TopLists::add(std::span<const FinishedFlow* const> flows) {
  Implementation& lists = *implementation_;
  std::array<Implementation::Hashes, kFlowsAhead> hashes;
  while (!flows.empty()) {
    const auto group = flows.first(std::min(flows.size(), kFlowsAhead));
    for (std::size_t i = 0; i < group.size(); ++i) hashes[i] = lists.fetch_buckets(*group[i]);
    for (std::size_t i = 0; i < group.size(); ++i) lists.fetch_entries(*group[i], hashes[i]);
    for (std::size_t i = 0; i < group.size(); ++i) lists.add(*group[i], hashes[i]);
    flows = flows.subspan(group.size());
  }
}

std::vector<TopEntry> TopLists::hosts(std::size_t count) const { return largest(implementation_->hosts, count); }
std::vector<TopEntry> TopLists::pairs(std::size_t count) const { return largest(implementation_->pairs, count); }
std::vector<TopEntry> TopLists::server_names(std::size_t count) const {
  return largest(implementation_->server_names, count);
}
std::uint64_t TopLists::untracked() const noexcept {
  const Implementation& lists = *implementation_;
  return lists.hosts.untracked() + lists.pairs.untracked() + lists.server_names.untracked();
}

}  // namespace netpulse
