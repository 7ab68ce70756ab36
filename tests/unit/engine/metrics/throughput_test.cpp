#include "engine/metrics/throughput.h"

#include <gtest/gtest.h>

#include <limits>
#include <memory>
#include <vector>

namespace netpulse {
namespace {

constexpr std::int64_t kStart = 1'700'000'000;
constexpr std::uint16_t kTls = RateKey::kProtocols + 2, kUnknown = RateKey::kProtocols;

/// Workers whose packets are counted by hand.
class ThroughputTest : public ::testing::Test {
 protected:
  struct Worker {
    WorkerMetrics metrics;
    WindowMeter meter{metrics, false, nullptr};
    SecondClock clock;

    /// packets of 100 bytes at kStart + seconds, in, of protocol 2 and application 3.
    void see(double seconds, std::uint64_t packets, bool accounted = true) {
      const Timestamp time{kStart * 1'000'000'000 + static_cast<std::int64_t>(seconds * 1e9)};
      if (!clock.holds(time)) clock.move_to(time);
      meter.enter(clock.mark());
      metrics.received_packets += packets;
      metrics.wire_bytes += packets * 100;
      metrics.undecided.of(TrafficDirection::kIn).add(packets, packets * 100);
      metrics.payload_bytes[static_cast<std::size_t>(TrafficDirection::kIn)] += packets * 60;
      if (accounted) count(packets);
    }
    void count(std::uint64_t packets) {
      meter.touch(3);
      metrics.undecided.of(TrafficDirection::kIn) -= {packets, packets * 100};
      metrics.applications[3].of(TrafficDirection::kIn).add(packets, packets * 100);
      metrics.protocols[2].of(TrafficDirection::kIn).add(packets, packets * 100);
    }
    void see_arp(std::uint64_t packets) {
      metrics.received_packets += packets;
      metrics.wire_bytes += packets * 60;
    }
  };

  explicit ThroughputTest(std::size_t count = 1) : throughput_(count) {
    for (std::size_t i = 0; i < count; ++i) workers_.push_back(std::make_unique<Worker>());
    for (const auto& worker : workers_) rings_.push_back(&worker->meter.ring());
  }
  Worker& worker(std::size_t i = 0) { return *workers_[i]; }
  void drain() { throughput_.drain(rings_); }
  ThroughputFigures finish() {
    for (const auto& worker : workers_) worker->meter.finish();
    drain();
    throughput_.finish();
    return throughput_.figures();
  }

  std::vector<std::unique_ptr<Worker>> workers_;
  std::vector<WindowRing*> rings_;
  Throughput throughput_;
};
class TwoWorkers : public ThroughputTest {
 protected:
  TwoWorkers() : ThroughputTest(2) {}
};

TEST_F(ThroughputTest, AWindowIsAWholeSecond) {
  worker().see(0.1, 3);
  worker().see(0.9, 4);
  worker().see(1.0, 5);
  worker().see(2.5, 1);
  const ThroughputFigures figures = finish();
  const RateFigures total = figures.of(RateKey::kTotal);
  EXPECT_EQ(total.peak_packets, 7U);
  EXPECT_EQ(total.peak_bytes, 700U);
  EXPECT_EQ(total.peak_second, kStart);
  ASSERT_TRUE(figures.has_current);
  EXPECT_EQ(figures.current_second, kStart + 1) << "second 2 is not over";
  EXPECT_EQ(total.current.packets, 5U);
  for (const std::size_t key : {std::size_t{RateKey::kDirections} + static_cast<std::size_t>(TrafficDirection::kIn),
                                std::size_t{kTls}, std::size_t{RateKey::kApplications + 3}}) {
    EXPECT_EQ(figures.of(key).peak_bytes, 700U);
    EXPECT_EQ(figures.of(key).current.bytes, 500U);
  }
  EXPECT_EQ(figures.of(RateKey::kGoodput).peak_bytes, 7U * 60);
  EXPECT_EQ(figures.of(kUnknown).peak_bytes, 0U);
  EXPECT_EQ(throughput_.late_shares(), 0U);
}

TEST_F(ThroughputTest, OfEqualPeaksTheFirstCountsAndPacketsHaveTheirOwn) {
  worker().see(0, 1);
  worker().see(1, 5);
  worker().see(2, 5);
  worker().see(3, 1);
  worker().see_arp(7);
  const RateFigures total = finish().of(RateKey::kTotal);
  EXPECT_EQ(total.peak_bytes, 520U) << "100 + 7 * 60";
  EXPECT_EQ(total.peak_packets, 8U);
  EXPECT_EQ(finish().of(kTls).peak_second, kStart + 1);
}

TEST_F(ThroughputTest, PacketsOfNoFlowAreTheTotalsAlone) {
  worker().see(0, 2);
  worker().see_arp(3);
  worker().see(1, 0);
  const ThroughputFigures figures = finish();
  EXPECT_EQ(figures.of(RateKey::kTotal).peak_bytes, 380U);
  EXPECT_EQ(figures.of(RateKey::kDirections + static_cast<std::size_t>(TrafficDirection::kNone)).peak_bytes, 180U);
  EXPECT_EQ(figures.of(kTls).peak_bytes, 200U);
}

TEST_F(ThroughputTest, NothingIsCurrentBeforeASecondIsOver) {
  worker().see(0.2, 2);
  worker().see(0.8, 2);
  const ThroughputFigures figures = finish();
  EXPECT_FALSE(figures.has_current);
  EXPECT_EQ(figures.of(RateKey::kTotal).peak_packets, 4U);
}

TEST_F(ThroughputTest, AGapOfHoursIsEmptySecondsAndSettlesWhatWasBefore) {
  worker().see(0, 9);
  worker().see(7200, 1);
  drain();
  const ThroughputFigures live = throughput_.figures();
  EXPECT_EQ(live.of(RateKey::kTotal).peak_packets, 9U);
  EXPECT_EQ(live.current_second, kStart + 7199);
  EXPECT_EQ(live.of(RateKey::kTotal).current.packets, 0U);
}

TEST_F(ThroughputTest, APacketThatIsLateCountsInItsOwnSecond) {
  worker().see(0.9, 1);
  worker().see(1.0, 1);
  worker().see(0.95, 1);
  worker().see(1.1, 3);
  worker().see(0.99, 1);
  worker().see(4.0, 1);
  worker().see(1.9, 1);
  const ThroughputFigures figures = finish();
  EXPECT_EQ(figures.of(RateKey::kTotal).peak_packets, 5U);
  EXPECT_EQ(figures.of(RateKey::kTotal).peak_second, kStart + 1);
  EXPECT_EQ(throughput_.late_shares(), 0U);
}

TEST_F(ThroughputTest, AFileFromAnHourBeforeBeginsAnew) {
  worker().see(0, 1);
  worker().see(-3600, 4);
  worker().see(-3599, 2);
  worker().see(0, 2);
  const ThroughputFigures figures = finish();
  EXPECT_EQ(figures.of(RateKey::kTotal).peak_packets, 4U);
  EXPECT_EQ(figures.of(RateKey::kTotal).peak_second, kStart - 3600);
  EXPECT_EQ(figures.of(RateKey::kTotal).current.packets, 0U);
  EXPECT_EQ(throughput_.late_shares(), 0U);
}

TEST_F(ThroughputTest, WhatIsFoundOutInTheSameSecondCountsThereAndLaterAsUnknown) {
  worker().see(0.1, 4, false);
  worker().count(4);  // in the same second
  worker().see(1.1, 6, false);
  worker().see(2.1, 1, false);
  worker().count(7);  // too late: two seconds
  worker().meter.leave_out(3, 2, {7, 700});
  worker().see(3.0, 2);
  const ThroughputFigures figures = finish();
  EXPECT_EQ(figures.of(kTls).peak_packets, 4U);
  EXPECT_EQ(figures.of(kTls).peak_second, kStart);
  EXPECT_EQ(figures.of(kUnknown).peak_packets, 6U);
  EXPECT_EQ(figures.of(RateKey::kApplications + 3).peak_packets, 4U);
  EXPECT_EQ(figures.of(RateKey::kApplications).peak_packets, 6U);
  EXPECT_EQ(worker().metrics.protocols[2].total().packets, 13U) << "the counters have it all";
}

TEST_F(ThroughputTest, TheMeterKnowsWhatLiesInItsSecond) {
  worker().see(1.5, 1);
  EXPECT_TRUE(worker().meter.holds({(kStart + 1) * 1'000'000'000}));
  EXPECT_TRUE(worker().meter.holds({(kStart + 2) * 1'000'000'000 - 1}));
  EXPECT_FALSE(worker().meter.holds({(kStart + 2) * 1'000'000'000}));
  worker().meter.leave();
  EXPECT_FALSE(worker().meter.holds({(kStart + 1) * 1'000'000'000})) << "flows that end between batches were earlier";
}

TEST_F(TwoWorkers, ASecondIsSettledWhenBothHaveLeftIt) {
  worker(0).see(0, 3);
  worker(0).see(60, 1);
  worker(0).see(61, 1);
  drain();
  EXPECT_TRUE(throughput_.figures().keys.empty()) << "the other has not told";
  worker(1).see(0, 4);
  worker(1).see(3, 1);
  worker(1).see(5, 1);
  drain();
  EXPECT_EQ(throughput_.figures().of(RateKey::kTotal).peak_packets, 7U);
  EXPECT_EQ(throughput_.figures().current_second, kStart + 4);
  const ThroughputFigures figures = finish();
  EXPECT_EQ(figures.of(RateKey::kTotal).peak_packets, 7U);
  EXPECT_EQ(throughput_.late_shares(), 0U);
}

TEST_F(TwoWorkers, AWorkerTooFarBehindCostsSecondsThatAreCounted) {
  worker(1).see(0, 1);
  for (int second = 0; second < 400; ++second) worker(0).see(second, 1);
  drain();
  worker(1).see(1, 5);
  const ThroughputFigures figures = finish();
  EXPECT_GT(throughput_.late_shares(), 0U);
  EXPECT_EQ(figures.of(RateKey::kTotal).peak_packets, 1U) << "what came too late is in no second";
}

TEST_F(ThroughputTest, AFullRingCountsWhatItCouldNotTake) {
  for (int second = 0; second < static_cast<int>(kWindowRingShares); ++second) worker().see(second, 1);
  EXPECT_GT(worker().metrics.losses[static_cast<std::size_t>(LossReason::kThroughputFull)], 0U);
}

TEST_F(ThroughputTest, TimesAtTheEndsOfTheClockAreSecondsLikeOthers) {
  Worker& w = worker();
  for (const std::int64_t time : {std::numeric_limits<std::int64_t>::max(), std::numeric_limits<std::int64_t>::min(),
                                  std::int64_t{1}, std::int64_t{0}}) {
    w.clock.move_to({time});
    w.meter.enter(w.clock.mark());
    w.metrics.received_packets += 2;
    w.metrics.wire_bytes += 20;
  }
  const ThroughputFigures figures = finish();
  EXPECT_EQ(figures.of(RateKey::kTotal).peak_packets, 2U);
}

}  // namespace
}  // namespace netpulse
