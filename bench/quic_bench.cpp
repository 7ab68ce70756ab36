#include <benchmark/benchmark.h>

#include <cstring>

#include "bench/null_context.h"
#include "plugins/quic/quic.h"
#include "tests/unit/plugins/quic/quic_builder.h"

namespace netpulse {
namespace {

/// As many connections as the key schedule does not remember.
constexpr std::size_t kConnectionCount = 1024;

std::vector<test::ByteVector> client_datagrams(const test::ByteVector& frames) {
  std::vector<test::ByteVector> datagrams;
  for (std::size_t i = 0; i < kConnectionCount; ++i) {
    test::InitialBuilder builder = test::client_initial();
    for (std::size_t byte = 0; byte < builder.destination_id.size(); ++byte)
      builder.destination_id[byte] = static_cast<std::uint8_t>((i * 0x9e3779b97f4a7c15) >> (8 * byte));
    datagrams.push_back(builder.build(frames));
  }
  return datagrams;
}

void DeriveKeys(benchmark::State& state) {
  QuicKeySchedule schedule(state.range(0) != 0 && has_sha_instructions());
  std::array<std::uint8_t, 8> id{};
  std::uint64_t connection = 0;
  for (auto _ : state) {
    connection += 0x9e3779b97f4a7c15;
    std::memcpy(id.data(), &connection, id.size());
    benchmark::DoNotOptimize(schedule.keys(QuicSalt::kV1, QuicSide::kClient, id).key[0]);
  }
}
BENCHMARK(DeriveKeys)->ArgName("sha_instructions")->Arg(0)->Arg(1);

/// Header protection and decryption of a datagram of 1200 bytes whose keys are there.
void OpenInitial(benchmark::State& state) {
  QuicKeySchedule schedule;
  QuicPacketProtection protection(state.range(0) != 0 && AesInstructions::available());
  const test::ByteVector datagram = test::client_initial().build(test::crypto_frame(0, test::quic_client_hello()));
  QuicLongHeader header;
  QuicPacketExtent extent;
  if (!read_quic_long_header(datagram, header) || !read_quic_extent(datagram, header, QuicPacketType::kInitial, extent))
    state.SkipWithError("no Initial packet");
  const QuicInitialKeys keys = schedule.keys(QuicSalt::kV1, QuicSide::kClient, header.destination_id);
  for (auto _ : state) benchmark::DoNotOptimize(protection.open(keys, datagram, extent).data());
}
BENCHMARK(OpenInitial)->ArgName("aes_instructions")->Arg(0)->Arg(1);

/// Probe and consume of a new connection's first datagram, fingerprints included.
void ClientInitial(benchmark::State& state) {
  const std::vector<test::ByteVector> datagrams = client_datagrams(test::crypto_frame(0, test::quic_client_hello()));
  NullContext context;
  context.memory = make_per_worker_memory<Quic>();
  PacketView packet;
  packet.key.protocol = 17;
  packet.key.hi_port = 443;
  std::size_t i = 0;
  for (auto _ : state) {
    const test::ByteVector& datagram = datagrams[i++ % kConnectionCount];
    packet.payload_data = datagram.data();
    packet.payload_captured_bytes = packet.payload_bytes = static_cast<std::uint32_t>(datagram.size());
    Quic::State flow{};
    benchmark::DoNotOptimize(Quic::probe(packet));
    benchmark::DoNotOptimize(Quic::consume(packet, flow, context));
  }
}
BENCHMARK(ClientInitial);

}  // namespace
}  // namespace netpulse

BENCHMARK_MAIN();
