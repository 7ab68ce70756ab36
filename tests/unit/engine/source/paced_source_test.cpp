#include "engine/source/paced_source.h"

#include <gtest/gtest.h>

#include <array>
#include <chrono>

#include "engine/base/cycles.h"
#include "engine/source/memory_source.h"
#include "tests/unit/engine/source/capture_bytes.h"

namespace netpulse {
namespace {

constexpr Timestamp kStart{1'700'000'000'000'000'000};

Duration milliseconds(std::int64_t count) { return Duration::from_milliseconds(count); }

/// One packet per given number of milliseconds after kStart.
SourceOpener packets_at(std::vector<std::int64_t> moments) {
  return [moments]() -> Result<std::unique_ptr<PacketSource>> {
    auto source = std::make_unique<MemorySource>();
    for (const std::int64_t moment : moments)
      source->add(as_bytes(std::to_string(moment)), kStart + milliseconds(moment));
    return std::unique_ptr<PacketSource>(std::move(source));
  };
}

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

TEST(PacedSource, ReleasesPacketsAtTheirPace) {
  auto source = std::move(open_paced_source(packets_at({0, 50, 50, 120}), {})).value();
  const auto start = std::chrono::steady_clock::now();
  const auto read = test::drain(*source);
  EXPECT_GE(seconds_since(start), 0.12);
  ASSERT_EQ(read.packets.size(), 4);
  EXPECT_EQ(read.packets[3].text, "120");
  EXPECT_EQ(read.packets[3].received_at, kStart + milliseconds(120));
  EXPECT_EQ(read.packets[3].number, 4);
  EXPECT_GE(read.now, kStart + milliseconds(120));
  EXPECT_EQ(read.status, PollStatus::kEndOfInput);
}

TEST(PacedSource, NeverDeliversBeforeTheTimeAndSaysWhatTimeItIs) {
  auto source = std::move(open_paced_source(packets_at({0, 30, 10, 60}), {.speed = 2})).value();
  std::array<RawPacket, 8> batch;
  for (PollStatus status = PollStatus::kOk; status == PollStatus::kOk;) {
    const PollResult polled = source->poll(batch);
    status = polled.status;
    for (const RawPacket& packet : std::span(batch).first(polled.packet_count))
      EXPECT_LE(packet.received_at, polled.now);
    source->release(std::span(batch).first(polled.packet_count));
  }
  EXPECT_EQ(source->stats().received_packets, 4);
}

TEST(PacedSource, TellsHowLongItOnlyWaited) {
  auto source = std::move(open_paced_source(packets_at({0, 60}), {})).value();
  std::array<RawPacket, 8> batch;
  std::uint64_t waited_cycles = 0;
  const std::uint64_t begin = cycles_now();
  for (PollStatus status = PollStatus::kOk; status == PollStatus::kOk;) {
    const PollResult polled = source->poll(batch);
    status = polled.status;
    waited_cycles += polled.waited_cycles;
    // Also in a poll that has packets in the end.
    if (polled.packet_count != 0 && batch[0].received_at != kStart) {
      EXPECT_GT(polled.waited_cycles, 0);
    }
    source->release(std::span(batch).first(polled.packet_count));
  }
  EXPECT_GE(waited_cycles, (cycles_now() - begin) / 2) << "nearly all of its time";
}

TEST(PacedSource, ShortensLongSilences) {
  auto source =
      std::move(open_paced_source(packets_at({0, 3'600'000, 3'600'005}), {.gap_max = milliseconds(20)})).value();
  const auto read = test::drain(*source);
  ASSERT_EQ(read.packets.size(), 3);
  EXPECT_EQ(read.packets[1].received_at, kStart + milliseconds(20));
  EXPECT_EQ(read.packets[2].received_at, kStart + milliseconds(25));
}

TEST(PacedSource, LoopsWithTimeMovingOn) {
  auto source = std::move(open_paced_source(packets_at({0, 4}), {.speed = 4, .loop = true})).value();
  std::vector<Timestamp> times;
  std::array<RawPacket, 8> batch;
  std::uint64_t number = 0;
  while (times.size() < 20) {
    const PollResult polled = source->poll(batch);
    ASSERT_EQ(polled.status, PollStatus::kOk);
    for (const RawPacket& packet : std::span(batch).first(polled.packet_count)) {
      times.push_back(packet.received_at);
      EXPECT_EQ(packet.number, ++number);
    }
    source->release(std::span(batch).first(polled.packet_count));
  }
  for (std::size_t i = 1; i < times.size(); ++i) EXPECT_GT(times[i], times[i - 1]);
}

TEST(PacedSource, CanMoveTheCaptureIntoThePresent) {
  auto source = std::move(open_paced_source(packets_at({0, 5}), {.start_now = true})).value();
  const auto wall = std::chrono::system_clock::now().time_since_epoch();
  const auto read = test::drain(*source);
  ASSERT_EQ(read.packets.size(), 2);
  EXPECT_LT((read.packets[0].received_at - Timestamp{std::chrono::nanoseconds(wall).count()}).seconds(), 10);
  EXPECT_EQ(read.packets[1].received_at - read.packets[0].received_at, milliseconds(5));
}

TEST(PacedSource, WaitsForTheReleaseOfABatchBeforeItReadsOn) {
  auto source = std::move(open_paced_source(packets_at(std::vector<std::int64_t>(100, 0)), {})).value();
  std::array<RawPacket, kBatchPackets> first, second;
  EXPECT_EQ(source->poll(first).packet_count, kBatchPackets);
  EXPECT_EQ(source->poll(second).packet_count, 0);
  source->release(first);
  EXPECT_EQ(source->poll(second).packet_count, 100 - kBatchPackets);
}

TEST(PacedSource, EndsALoopOverNothing) {
  auto source = std::move(open_paced_source(packets_at({}), {.loop = true})).value();
  EXPECT_EQ(test::drain(*source).status, PollStatus::kEndOfInput);
}

TEST(PacedSource, RefusesASpeedThatIsNone) {
  EXPECT_FALSE(open_paced_source(packets_at({0}), {.speed = 0}).ok());
  EXPECT_FALSE(open_paced_source(packets_at({0}), {.speed = -1}).ok());
}

}  // namespace
}  // namespace netpulse
