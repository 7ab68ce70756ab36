#include "engine/metrics/top_lists.h"

#include <algorithm>
#include <array>
#include <boost/unordered/unordered_flat_map.hpp>
#include <string>
#include <type_traits>

#include "engine/base/keyed_hash.h"
#include "engine/base/text.h"

namespace netpulse {
namespace {

/// Addresses and names come from the wire: the maps' hash is keyed, so that nobody can build collisions.
struct SeededHash {
  using is_avalanching = void;  // boost need not mix it again
  HashSeed seed;
  std::size_t operator()(const IpAddress& address) const noexcept { return (*this)(std::array{address, IpAddress{}}); }
  std::size_t operator()(const std::array<IpAddress, 2>& pair) const noexcept {
    alignas(16) const std::array<IpAddress, 3> block{pair[0], pair[1]};
    return keyed_hash_48(&block, seed);
  }
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const noexcept { return keyed_hash(text.data(), text.size(), seed); }
};

template <class Key>
using TrafficMap = boost::unordered_flat_map<Key, TrafficCounters, SeededHash, std::equal_to<>>;

std::string name_of(const IpAddress& address) { return address.to_string(); }
std::string name_of(const std::array<IpAddress, 2>& pair) { return pair[0].to_string() + " - " + pair[1].to_string(); }
std::string name_of(const std::string& name) { return printable(name); }

template <class Map>
std::vector<TopEntry> largest(const Map& map, std::size_t count) {
  std::vector<const typename Map::value_type*> order;
  order.reserve(map.size());
  for (const auto& entry : map) order.push_back(&entry);
  const auto middle = order.begin() + static_cast<std::ptrdiff_t>(std::min(count, order.size()));
  std::partial_sort(order.begin(), middle, order.end(), [](const auto* a, const auto* b) {
    return a->second.bytes != b->second.bytes ? a->second.bytes > b->second.bytes : a->first < b->first;
  });
  std::vector<TopEntry> top;
  for (auto entry = order.begin(); entry != middle; ++entry)
    top.push_back({name_of((*entry)->first), (*entry)->second});
  return top;
}

}  // namespace

struct TopLists::Implementation {
  SeededHash hash{HashSeed::from_system()};
  TrafficMap<IpAddress> hosts{0, hash};
  TrafficMap<std::array<IpAddress, 2>> pairs{0, hash};
  TrafficMap<std::string> server_names{0, hash};
  std::uint64_t untracked = 0;

  template <class Map, class Key>
  void add(Map& map, const Key& key, const TrafficCounters& traffic) {
    if constexpr (std::is_same_v<Key, typename Map::key_type>) {
      if (map.size() < kEntriesMax) {  // one search, also for a new key
        map[key] += traffic;
        return;
      }
    }
    auto place = map.find(key);
    if (place == map.end()) {
      if (map.size() >= kEntriesMax) {
        ++untracked;
        return;
      }
      place = map.emplace(typename Map::key_type(key), TrafficCounters{}).first;
    }
    place->second += traffic;
  }
};

TopLists::TopLists() : implementation_(std::make_unique<Implementation>()) {}
TopLists::~TopLists() = default;

void TopLists::add(const FinishedFlow& flow) {
  const FlowRecord& record = flow.record;
  // A record that continues one cut by the active timeout is not a new flow.
  const TrafficCounters traffic{record.packets_total(), record.bytes_total(),
                                record.is(FlowRecord::kFlagContinued) ? 0U : 1U};
  Implementation& lists = *implementation_;
  lists.add(lists.hosts, record.key.lo_addr, traffic);
  if (record.key.hi_addr != record.key.lo_addr) lists.add(lists.hosts, record.key.hi_addr, traffic);
  lists.add(lists.pairs, std::array{record.key.lo_addr, record.key.hi_addr}, traffic);
  if (flow.has_detail && !flow.detail.server_name.empty())
    lists.add(lists.server_names, flow.detail.server_name.view(), traffic);
}

std::vector<TopEntry> TopLists::hosts(std::size_t count) const { return largest(implementation_->hosts, count); }
std::vector<TopEntry> TopLists::pairs(std::size_t count) const { return largest(implementation_->pairs, count); }
std::vector<TopEntry> TopLists::server_names(std::size_t count) const {
  return largest(implementation_->server_names, count);
}
std::uint64_t TopLists::untracked() const noexcept { return implementation_->untracked; }

}  // namespace netpulse
