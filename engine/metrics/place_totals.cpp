#include "engine/metrics/place_totals.h"

#include <algorithm>
#include <boost/unordered/unordered_flat_map.hpp>

#include "engine/base/text.h"

namespace netpulse {
namespace {

struct Network {
  std::string organization;
  TrafficCounters traffic;
};

EndpointPlace endpoint_place(const PlaceSummary& place, const CountryTable& countries) noexcept {
  EndpointPlace found{{}, place.asn};
  if (const std::string_view code = countries.code(place.region); code.size() == found.country.size())
    std::copy(code.begin(), code.end(), found.country.begin());
  return found;
}

}  // namespace

struct PlaceTotals::Networks {
  boost::unordered_flat_map<std::uint32_t, Network> by_number;
};

PlaceTotals::PlaceTotals(PlaceDatabase& places)
    : places_(places), regions_(places.countries().regions().size()), networks_(std::make_unique<Networks>()) {}
PlaceTotals::~PlaceTotals() = default;

void PlaceTotals::add(FinishedFlow& flow) {
  const FlowRecord& record = flow.record;
  const PlaceSummary lo = places_.summary(record.key.lo_addr), hi = places_.summary(record.key.hi_addr);
  flow.places[0] = endpoint_place(lo, places_.countries());
  flow.places[1] = endpoint_place(hi, places_.countries());
  // A record that continues one cut by the active timeout is not a new flow.
  const TrafficCounters traffic{record.packets_total(), record.bytes_total(),
                                record.is(FlowRecord::kFlagContinued) ? 0U : 1U};
  regions_[lo.region] += traffic;
  if (hi.region != lo.region) regions_[hi.region] += traffic;
  if (lo.asn != 0) add_network(lo.asn, record.key.lo_addr, traffic);
  if (hi.asn != 0 && hi.asn != lo.asn) add_network(hi.asn, record.key.hi_addr, traffic);
}

void PlaceTotals::add_network(std::uint32_t asn, const IpAddress& member, const TrafficCounters& traffic) {
  auto& networks = networks_->by_number;
  auto entry = networks.find(asn);
  if (entry == networks.end()) {
    if (networks.size() >= kNetworksMax) return;
    entry = networks.emplace(asn, Network{places_.lookup(member).as_organization, {}}).first;
  }
  entry->second.traffic += traffic;
}

std::vector<TopEntry> PlaceTotals::networks(std::size_t count) const {
  std::vector<std::pair<std::uint32_t, const Network*>> order;
  for (const auto& [number, network] : networks_->by_number) order.emplace_back(number, &network);
  std::sort(order.begin(), order.end(), [](const auto& a, const auto& b) {
    const std::uint64_t x = a.second->traffic.bytes, y = b.second->traffic.bytes;
    return x != y ? x > y : a.first < b.first;
  });
  order.resize(std::min(count, order.size()));
  std::vector<TopEntry> top;
  for (const auto& [number, network] : order) {
    std::string name = "AS" + std::to_string(number);
    if (!network->organization.empty()) name += " " + printable(network->organization);
    top.push_back({std::move(name), network->traffic, 0});
  }
  return top;
}

}  // namespace netpulse
