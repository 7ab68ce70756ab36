#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/flow/flow_record.h"
#include "engine/metrics/sinks.h"
#include "engine/place/place_database.h"

namespace netpulse {

/// Looks up where the ends of finished flows are, and sums their traffic by region and by autonomous system. A flow
/// counts for each region that it has an end in, once. Exact over the flow records; control side only.
class PlaceTotals {
 public:
  /// Autonomous systems counted; some 80 000 are in use on the Internet.
  static constexpr std::size_t kNetworksMax = 131'072;

  /// places must outlive this.
  explicit PlaceTotals(PlaceDatabase& places);
  ~PlaceTotals();

  /// Fills in flow.places.
  void add(FinishedFlow& flow);
  const std::vector<TrafficCounters>& regions() const noexcept { return regions_; }
  /// The largest autonomous systems by bytes, then by number.
  std::vector<TopEntry> networks(std::size_t count) const;
  PlaceCounters database_counters() const { return places_.counters(); }

 private:
  struct Networks;

  void add_network(std::uint32_t asn, const IpAddress& member, const TrafficCounters& traffic);

  PlaceDatabase& places_;
  std::vector<TrafficCounters> regions_;  ///< by RegionId
  std::unique_ptr<Networks> networks_;
};

}  // namespace netpulse
