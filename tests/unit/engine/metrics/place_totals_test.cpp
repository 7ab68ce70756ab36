#include "engine/metrics/place_totals.h"

#include <gtest/gtest.h>

#include "configs/places/bundled.h"
#include "tests/unit/engine/place/mmdb_builder.h"
#include "tests/unit/engine/place/temporary_file.h"
#include "tests/unit/sample_flow.h"

namespace netpulse {
namespace {

FinishedFlow flow_between(std::string_view lo, std::string_view hi) {
  FinishedFlow flow = sample_flow();  // 3000 bytes, 30 packets; the initiator is hi
  flow.record.key.lo_addr = *IpAddress::parse(lo);
  flow.record.key.hi_addr = *IpAddress::parse(hi);
  return flow;
}

class PlaceTotalsTest : public testing::Test {
 protected:
  const TrafficCounters& region(std::string_view label) {
    const auto regions = places_.countries().regions();
    for (std::size_t i = 0; i < regions.size(); ++i)
      if (regions[i].label == label) return totals_.regions()[i];
    ADD_FAILURE() << label;
    return totals_.regions()[0];
  }
  void add(std::string_view lo, std::string_view hi) {
    FinishedFlow flow = flow_between(lo, hi);
    totals_.add(flow);
  }

  const TemporaryFile countries_{mmdb::Builder()
                                     .add("8.0.0.0/8", mmdb::nested_country("US"))
                                     .add("9.0.0.0/8", mmdb::nested_country("SE"))
                                     .build()};
  const TemporaryFile networks_{mmdb::Builder()
                                    .add("8.0.0.0/9", mmdb::nested_network(64500, "Big\x1b"))
                                    .add("8.128.0.0/9", mmdb::nested_network(64501, ""))
                                    .build()};
  PlaceDatabase places_{bundled_countries(), {countries_.path(), networks_.path()}};
  PlaceTotals totals_{places_};
};

TEST_F(PlaceTotalsTest, FillsInThePlacesOfAFlow) {
  FinishedFlow flow = flow_between("8.1.1.1", "9.1.1.1");
  totals_.add(flow);
  EXPECT_EQ(std::string(flow.places[0].country.data(), 2), "US");
  EXPECT_EQ(flow.places[0].asn, 64500U);
  EXPECT_EQ(std::string(flow.places[1].country.data(), 2), "SE");
  EXPECT_EQ(flow.places[1].asn, 0U);
  // The slot of a ring is used again: what was there has to go.
  flow.record.key.lo_addr = *IpAddress::parse("10.0.0.1");
  totals_.add(flow);
  EXPECT_EQ(flow.places[0].country[0], '\0');
  EXPECT_EQ(flow.places[0].asn, 0U);
}

TEST_F(PlaceTotalsTest, CountsAFlowOnceForEachRegionItTouches) {
  add("8.1.1.1", "10.0.0.1");
  add("8.1.1.1", "9.1.1.1");
  add("10.0.0.1", "192.168.0.1");
  add("10.0.0.1", "224.0.0.1");
  add("7.0.0.1", "203.0.113.1");
  EXPECT_EQ(region("US").bytes, 6000U);
  EXPECT_EQ(region("US").packets, 60U);
  EXPECT_EQ(region("US").flows, 2U);
  EXPECT_EQ(region("SE").bytes, 3000U);
  EXPECT_EQ(region("private").bytes, 9000U);
  EXPECT_EQ(region("multicast").bytes, 3000U);
  EXPECT_EQ(region("reserved").bytes, 3000U);
  EXPECT_EQ(region("unknown").bytes, 3000U);
  EXPECT_EQ(region("NO").flows, 0U);
}

TEST_F(PlaceTotalsTest, CountsAContinuedRecordAsNoNewFlow) {
  FinishedFlow flow = flow_between("8.1.1.1", "10.0.0.1");
  flow.record.flags |= FlowRecord::kFlagContinued;
  totals_.add(flow);
  EXPECT_EQ(region("US").bytes, 3000U);
  EXPECT_EQ(region("US").flows, 0U);
}

TEST_F(PlaceTotalsTest, ListsTheLargestNetworks) {
  add("8.1.1.1", "10.0.0.1");
  add("8.200.1.1", "10.0.0.1");
  add("8.1.1.1", "8.2.1.1");  // within one network: once
  const auto top = totals_.networks(10);
  ASSERT_EQ(top.size(), 2U);
  EXPECT_EQ(top[0].name, "AS64500 Big\\x1b");
  EXPECT_EQ(top[0].traffic.bytes, 6000U);
  EXPECT_EQ(top[1].name, "AS64501");
  EXPECT_EQ(totals_.networks(1).size(), 1U);
}

}  // namespace
}  // namespace netpulse
