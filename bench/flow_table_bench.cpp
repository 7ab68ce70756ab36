#include <benchmark/benchmark.h>

#include <memory>
#include <random>
#include <vector>

#include "engine/flow/flow_table.h"

namespace netpulse {
namespace {

constexpr HashSeed kSeed = HashSeed::fixed(1);
constexpr std::size_t kBatch = 64;

class NullHandler final : public FlowEndHandler {
 public:
  void on_flow_end(FlowRecord&, FlowDetail*, EndReason) noexcept override {}
  void before_flow_end() noexcept override {}
};

void address_packet(PacketView& packet, std::uint64_t flow) {
  packet.key = FlowKey{};
  const std::uint8_t lo[4] = {10, 0, 0, 1};
  const std::uint8_t hi[4] = {10, static_cast<std::uint8_t>(flow >> 32 | 1), static_cast<std::uint8_t>(flow >> 24),
                              static_cast<std::uint8_t>(flow >> 16)};
  packet.key.lo_addr = IpAddress::from_v4(lo);
  packet.key.hi_addr = IpAddress::from_v4(hi);
  packet.key.lo_port = static_cast<std::uint16_t>(flow);
  packet.key.protocol = 17;
  packet.key.ip_version = 4;
}

/// Existing flows in random order, in batches: hash, bucket prefetch, record prefetch, update, as a worker does it.
void update_known_flows(benchmark::State& state) {
  const auto flows = static_cast<std::size_t>(state.range(0));
  FlowTableOptions options;
  options.flows_max = flows;
  options.details_max = 1;
  NullHandler handler;
  FlowTable table(options, kSeed, handler, Duration{});
  std::vector<PacketView> batch(kBatch);
  for (PacketView& packet : batch) {
    packet.wire_bytes = 64;
    packet.transport = TransportLayer::kUdp;
    packet.received_at = {1'000'000'000};
  }
  const auto see = [&](PacketView& packet, FlowRecord* hint) {
    benchmark::DoNotOptimize(table.update(packet, hint).record);
  };
  for (std::size_t flow = 0; flow < flows; ++flow) {
    address_packet(batch[0], flow);
    batch[0].hash = keyed_hash_48(&batch[0].key, kSeed);
    see(batch[0], nullptr);
  }
  std::minstd_rand random(1);
  std::uniform_int_distribution<std::size_t> pick(0, flows - 1);
  std::vector<std::size_t> order(1 << 16);
  for (std::size_t& flow : order) flow = pick(random);
  std::size_t next = 0;
  FlowRecord* hints[kBatch];
  for (auto _ : state) {
    for (PacketView& packet : batch) {
      ++next;
      address_packet(packet, (order[next & 0xffff] + next * 7919) % flows);
      packet.hash = keyed_hash_48(&packet.key, kSeed);
      table.prefetch_bucket(packet.hash);
    }
    for (std::size_t i = 0; i < kBatch; ++i) hints[i] = table.prefetch_record(batch[i].hash);
    for (std::size_t i = 0; i < kBatch; ++i) see(batch[i], hints[i]);
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kBatch));
}
BENCHMARK(update_known_flows)->Arg(64 << 10)->Arg(1 << 20)->Arg(8 << 20);

/// Every packet a new flow, the table full: an eviction for each insertion.
void insert_into_full_table(benchmark::State& state) {
  FlowTableOptions options;
  options.flows_max = static_cast<std::size_t>(state.range(0));
  options.details_max = 1;
  NullHandler handler;
  FlowTable table(options, kSeed, handler, Duration{});
  std::vector<PacketView> batch(kBatch);
  std::uint64_t flow = 0;
  const auto insert_batch = [&] {
    for (PacketView& packet : batch) {
      address_packet(packet, flow++);
      packet.received_at = {1'000'000'000 + static_cast<std::int64_t>(flow)};
      packet.hash = keyed_hash_48(&packet.key, kSeed);
      table.prefetch_bucket(packet.hash);
    }
    for (PacketView& packet : batch) benchmark::DoNotOptimize(table.update(packet, nullptr).record);
  };
  while (flow < options.flows_max) insert_batch();
  for (auto _ : state) insert_batch();
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kBatch));
}
BENCHMARK(insert_into_full_table)->Arg(64 << 10)->Arg(1 << 20);

}  // namespace
}  // namespace netpulse

BENCHMARK_MAIN();
