#include "engine/metrics/packet_accounting.h"

#include <gtest/gtest.h>

namespace netpulse {
namespace {

MetricsSnapshot snapshot() {
  MetricsSnapshot all;
  SourceCounters first{0, 0, {.received_packets = 100, .filtered_packets = 5}}, second{1, 0, {.received_packets = 50}};
  for (std::size_t i = 0; i < kSourceDropCount; ++i) first.stats.dropped[i] = 1000 << i;
  second.stats.dropped_by(SourceDrop::kRingFull) = 7;
  all.sources = {first, second};
  all.total.losses[static_cast<std::size_t>(LossReason::kQueueFull)] = 30;
  all.total.decode_status[static_cast<std::size_t>(DecodeStatus::kOk)] = 110;
  all.total.decode_status[static_cast<std::size_t>(DecodeStatus::kTunnelDepth)] = 10;
  return all;
}

TEST(PacketAccounting, AddsUp) {
  const PacketAccounting packets = packet_accounting(snapshot());
  const std::uint64_t dropped = 1000 * ((1U << kSourceDropCount) - 1) + 7;
  EXPECT_EQ(packets.dropped_packets, dropped);
  EXPECT_EQ(packets.arrived_packets, 150 + 5 + dropped);
  EXPECT_EQ(packets.queue_full_packets, 30U);
  EXPECT_EQ(packets.refused_packets, 10U);
  EXPECT_EQ(packets.processed_packets, 110U);
  EXPECT_EQ(packets.unaccounted_packets, 0);
}

TEST(PacketAccounting, ShowsWhatIsMissingOrCountedTwice) {
  MetricsSnapshot all = snapshot();
  all.total.losses[static_cast<std::size_t>(LossReason::kQueueFull)] = 27;
  EXPECT_EQ(packet_accounting(all).unaccounted_packets, 3);
  all.total.losses[static_cast<std::size_t>(LossReason::kQueueFull)] = 34;
  EXPECT_EQ(packet_accounting(all).unaccounted_packets, -4);
}

}  // namespace
}  // namespace netpulse
