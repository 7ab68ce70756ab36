#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "engine/packet/decode.h"

/// Decoding alone: frames of many flows that lie one after the other, as in a capture block, decoded in batches.
namespace netpulse {
namespace {

using Frame = std::vector<std::uint8_t>;

constexpr std::size_t kFrames = 1024, kBatch = 64, kPayloadBytes = 100;

void append(Frame& to, std::initializer_list<unsigned> bytes) {
  for (const unsigned byte : bytes) to.push_back(static_cast<std::uint8_t>(byte));
}
void append_be16(Frame& to, std::size_t value) {
  append(to, {static_cast<unsigned>(value >> 8 & 0xff), static_cast<unsigned>(value & 0xff)});
}
void append(Frame& to, const Frame& more) { to.insert(to.end(), more.begin(), more.end()); }

Frame transport(bool tcp, unsigned seed) {
  Frame out;
  append_be16(out, 40000 + seed % 20000);
  append_be16(out, 443);
  if (tcp) {
    append(out, {1, 2, 3, 4, 5, 6, 7, 8, 0x50, 0x18, 0x20, 0, 0, 0, 0, 0});
  } else {
    append_be16(out, 8 + kPayloadBytes);
    append(out, {0, 0});
  }
  out.resize(out.size() + kPayloadBytes, 0x55);
  return out;
}
Frame ipv4(unsigned protocol, const Frame& inner, unsigned seed) {
  Frame out;
  append(out, {0x45, 0});
  append_be16(out, 20 + inner.size());
  append(out, {0, 0, 0x40, 0, 64, protocol, 0, 0, 10, 0, seed >> 8 & 0xff, seed & 0xff, 10, seed & 0xff, 1, 1});
  append(out, inner);
  return out;
}
Frame ipv6(unsigned protocol, const Frame& inner, unsigned seed) {
  Frame out;
  append(out, {0x60, 0, 0, 0});
  append_be16(out, inner.size());
  append(out, {protocol, 64});
  for (const unsigned end : {seed & 0xff, 0xffu - (seed & 0xff)})
    append(out, {0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, seed >> 8 & 0xff, end});
  append(out, inner);
  return out;
}
Frame ethernet(unsigned type, const Frame& inner) {
  Frame out;
  append(out, {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2});
  append_be16(out, type);
  append(out, inner);
  return out;
}
Frame vlan(unsigned type, const Frame& inner) {
  Frame out;
  append_be16(out, 42);
  append_be16(out, type);
  append(out, inner);
  return ethernet(0x8100, out);
}
Frame vxlan(const Frame& inner, unsigned seed) {
  Frame out;
  append_be16(out, 50000);
  append_be16(out, 4789);
  append_be16(out, 16 + inner.size());
  append(out, {0, 0, 8, 0, 0, 0, 0, 0, 77, 0});
  append(out, inner);
  return ethernet(0x0800, ipv4(17, out, seed));
}

template <class Make>
void run(benchmark::State& state, Make make) {
  Frame block;
  std::vector<std::size_t> starts;
  std::uint32_t random = 12345;
  for (std::size_t i = 0; i < kFrames; ++i) {
    random = random * 1664525 + 1013904223;
    starts.push_back(block.size());
    append(block, make(random >> 8));
  }
  starts.push_back(block.size());
  std::vector<RawPacket> raw(kFrames);
  for (std::size_t i = 0; i < kFrames; ++i) {
    raw[i].data = block.data() + starts[i];
    raw[i].captured_bytes = raw[i].wire_bytes = static_cast<std::uint32_t>(starts[i + 1] - starts[i]);
    raw[i].number = i + 1;
  }
  Decoder decoder(HashSeed::fixed(1), 1024);
  std::array<PacketView, kBatch> views;
  std::size_t at = 0;
  for (auto _ : state) {
    for (std::size_t i = 0; i < kBatch; ++i) decoder.decode(raw[at + i], views[i]);
    at = (at + kBatch) % kFrames;
    benchmark::DoNotOptimize(views.data());
    benchmark::ClobberMemory();
  }
  const double packets = static_cast<double>(state.iterations()) * kBatch;
  state.counters["packets/s"] = benchmark::Counter(packets, benchmark::Counter::kIsRate);
  state.counters["s/packet"] = benchmark::Counter(packets, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

void decode_tcp_ipv4(benchmark::State& state) {
  run(state, [](unsigned seed) { return ethernet(0x0800, ipv4(6, transport(true, seed), seed)); });
}
void decode_udp_ipv4(benchmark::State& state) {
  run(state, [](unsigned seed) { return ethernet(0x0800, ipv4(17, transport(false, seed), seed)); });
}
void decode_tcp_ipv6(benchmark::State& state) {
  run(state, [](unsigned seed) { return ethernet(0x86dd, ipv6(6, transport(true, seed), seed)); });
}
/// What branch prediction cannot learn: the four combinations in random order.
void decode_plain_mixed(benchmark::State& state) {
  run(state, [](unsigned seed) {
    const bool tcp = (seed >> 4 & 1) != 0;
    const Frame inner = transport(tcp, seed);
    return (seed >> 5 & 3) != 0 ? ethernet(0x0800, ipv4(tcp ? 6 : 17, inner, seed))
                                : ethernet(0x86dd, ipv6(tcp ? 6 : 17, inner, seed));
  });
}
void decode_vlan_tcp_ipv4(benchmark::State& state) {
  run(state, [](unsigned seed) { return vlan(0x0800, ipv4(6, transport(true, seed), seed)); });
}
void decode_vxlan_tcp_ipv4(benchmark::State& state) {
  run(state, [](unsigned seed) { return vxlan(ethernet(0x0800, ipv4(6, transport(true, seed), seed)), seed); });
}

BENCHMARK(decode_tcp_ipv4);
BENCHMARK(decode_udp_ipv4);
BENCHMARK(decode_tcp_ipv6);
BENCHMARK(decode_plain_mixed);
BENCHMARK(decode_vlan_tcp_ipv4);
BENCHMARK(decode_vxlan_tcp_ipv4);

}  // namespace
}  // namespace netpulse

BENCHMARK_MAIN();
