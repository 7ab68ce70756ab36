#include "engine/metrics/worker_metrics.h"

#include <gtest/gtest.h>

#include <memory>
#include <thread>

#include "engine/metrics/snapshot_slot.h"

namespace netpulse {
namespace {

TEST(LatencyHistogram, PutsDurationsIntoTheBucketThatBoundsThem) {
  LatencyHistogram histogram;
  histogram.observe({10'000});  // exactly the first bound
  histogram.observe({10'001});  // just above it
  histogram.observe({20'000});  // exactly the second
  histogram.observe({-5});      // clocks step back: counts as zero
  histogram.observe(Duration::from_seconds(100'000));
  EXPECT_EQ(histogram.buckets[0], 2U);
  EXPECT_EQ(histogram.buckets[1], 2U);
  EXPECT_EQ(histogram.buckets[kHistogramBuckets - 1], 1U);
  EXPECT_EQ(histogram.count, 5U);
  EXPECT_DOUBLE_EQ(LatencyHistogram::upper_bound_seconds(1), 20e-6);
}

TEST(LatencyHistogram, PutsPlainValuesIntoBucketsOfTheirOwn) {
  constexpr std::array<double, 2> kBounds{2.5, 4};
  LatencyHistogram histogram;
  for (const double value : {1.0, 2.5, 2.6, 4.0, 4.1}) histogram.observe_value(value, kBounds);
  EXPECT_EQ(histogram.buckets[0], 2U) << "a bound is in its bucket";
  EXPECT_EQ(histogram.buckets[1], 2U);
  EXPECT_EQ(histogram.buckets[2], 1U);
  EXPECT_EQ(histogram.count, 5U);
  EXPECT_EQ(histogram.sum_nanoseconds, 14'200'000'000);
}

TEST(LatencyHistogram, BoundsAreTheDoublesThatTheirDigitsMean) {
  EXPECT_EQ(LatencyHistogram::upper_bound_seconds(3), 8e-05);
  EXPECT_EQ(LatencyHistogram::upper_bound_seconds(23), 83.88608);
}

TEST(WorkerMetrics, SumsCountersAndWidensTheTimeRange) {
  const auto a = std::make_unique<WorkerMetrics>(), b = std::make_unique<WorkerMetrics>();
  a->received_packets = 3;
  a->applications[5].of(TrafficDirection::kIn) = {1, 100};
  a->application_flows[5] = 1;
  a->first_packet_time = {50};
  a->last_packet_time = {60};
  b->received_packets = 4;
  b->applications[5].of(TrafficDirection::kOut) = {2, 50};
  b->application_flows[5] = 1;
  b->first_packet_time = {40};
  b->last_packet_time = {55};
  a->add(*b);
  EXPECT_EQ(a->received_packets, 7U);
  EXPECT_EQ(a->application_traffic(5).bytes, 150U);
  EXPECT_EQ(a->application_traffic(5).packets, 3U);
  EXPECT_EQ(a->application_traffic(5).flows, 2U);
  EXPECT_EQ(a->applications[5].of(TrafficDirection::kIn).bytes, 100U);
  EXPECT_EQ(a->first_packet_time, Timestamp{40});
  EXPECT_EQ(a->last_packet_time, Timestamp{60});
}

struct Pair {
  std::uint64_t first = 0, second = 0;
};

TEST(SnapshotSlot, NeverShowsAHalfWrittenValueAndEndsWithTheLast) {
  SnapshotSlot<Pair> slot;
  EXPECT_EQ(slot.latest().first, 0U);
  constexpr std::uint64_t kLast = 100'000;
  std::thread writer([&] {
    for (std::uint64_t i = 1; i <= kLast; ++i) slot.publish({i, i * 3});
  });
  std::uint64_t torn = 0, backwards = 0, seen = 0;
  while (seen != kLast) {
    const Pair pair = slot.latest();
    torn += pair.second != pair.first * 3;
    backwards += pair.first < seen;
    seen = pair.first;
  }
  writer.join();
  EXPECT_EQ(torn, 0U);
  EXPECT_EQ(backwards, 0U);
}

}  // namespace
}  // namespace netpulse
