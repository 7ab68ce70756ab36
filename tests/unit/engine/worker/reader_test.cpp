#include "engine/worker/reader.h"

#include <gtest/gtest.h>

#include <thread>

#include "engine/source/memory_source.h"
#include "plugins/registry.h"

namespace netpulse {
namespace {

/// Packets in memory that do not wait, as in live capture.
class ImpatientSource final : public PacketSource {
 public:
  MemorySource packets;

  PollResult poll(std::span<RawPacket> out) noexcept override { return packets.poll(out); }
  void release(std::span<const RawPacket>) noexcept override {}
  SourceStats stats() const noexcept override { return packets.stats(); }
  std::string error() const override { return {}; }
  std::vector<std::string> interfaces() const override { return {"test0"}; }
  bool can_wait() const noexcept override { return false; }
};

struct Seen {
  std::uint64_t packets = 0, shadows = 0;
};

Seen take_all(DispatchRing& ring) {
  Seen seen;
  for (bool last = false; !last;) {
    const DispatchBatch* batch = ring.front();
    if (batch == nullptr) {
      std::this_thread::yield();
      continue;
    }
    for (std::size_t i = 0; i < batch->packet_count; ++i)
      ++(batch->packets[i].is(PacketView::kFlagShadow) ? seen.shadows : seen.packets);
    last = batch->last;
    ring.pop();
  }
  return seen;
}

TEST(Reader, CountsThePacketsAndTheShadowsForWhichAQueueHadNoRoom) {
  // A UDP datagram from port 53: it teaches names, so it goes to both workers.
  constexpr std::array<std::uint8_t, 46> kAnswer{2, 0,  0, 0,  0,  1,  2,  0,  0, 0, 0,  2, 8, 0, 0x45, 0,
                                                 0, 32, 0, 0,  0,  0,  64, 17, 0, 0, 10, 0, 0, 2, 10,   0,
                                                 0, 1,  0, 53, 78, 32, 0,  12, 0, 0, 1,  2, 3, 4};
  constexpr std::uint64_t kAnswers = 4 * kDispatchRingBatches * kBatchPackets;
  ImpatientSource source;
  for (std::uint64_t i = 0; i < kAnswers; ++i) source.packets.add(kAnswer, Timestamp{1});
  DispatchRing first(kDispatchRingBatches), second(kDispatchRingBatches);
  Catalogue::Text no_applications{"test", ""};
  const Result<Catalogue> catalogue = Catalogue::parse({&no_applications, 1});
  ASSERT_TRUE(catalogue);
  const Result<AnalysisPlan> plan = AnalysisPlan::build(registered_analyzers(), catalogue.value());
  ASSERT_TRUE(plan);
  Reader reader(source, plan.value(), HashSeed::fixed(1), 64, {&first, &second});
  std::atomic<bool> stop{false};
  std::thread thread([&] { reader.run(stop); });
  // Nobody reads until everything has been dealt out.
  while (source.stats().received_packets < kAnswers || reader.dropped_packets() + reader.dropped_shadows() < kAnswers)
    std::this_thread::yield();
  const Seen a = take_all(first), b = take_all(second);
  thread.join();
  EXPECT_EQ(a.packets + b.packets + reader.dropped_packets(), kAnswers);
  EXPECT_EQ(a.shadows + b.shadows + reader.dropped_shadows(), kAnswers);
  EXPECT_GE(reader.dropped_shadows(), kAnswers - kDispatchRingBatches * kBatchPackets);
}

}  // namespace
}  // namespace netpulse
