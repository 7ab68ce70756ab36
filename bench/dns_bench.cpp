#include <benchmark/benchmark.h>

#include "bench/null_context.h"
#include "plugins/dns/dns.h"
#include "tests/unit/plugins/dns/dns_samples.h"

namespace netpulse {
namespace {

void consume(benchmark::State& state, const test::ByteVector& message) {
  PacketView packet;
  packet.key.protocol = 17;
  packet.key.hi_port = 53;
  packet.payload_data = message.data();
  packet.payload_captured_bytes = static_cast<std::uint32_t>(message.size());
  NullContext context;
  context.memory = make_per_worker_memory<Dns>();
  Dns::State flow;
  for (auto _ : state) benchmark::DoNotOptimize(Dns::consume(packet, flow, context));
}

void DnsProbe(benchmark::State& state) {
  const test::ByteVector message = test::dns_query("www.some-site.example.org").message();
  PacketView packet;
  packet.key.protocol = 17;
  packet.payload_data = message.data();
  packet.payload_captured_bytes = static_cast<std::uint32_t>(message.size());
  for (auto _ : state) benchmark::DoNotOptimize(Dns::probe(packet));
}
BENCHMARK(DnsProbe);

void DnsQuery(benchmark::State& state) { consume(state, test::dns_query("www.some-site.example.org").message()); }
BENCHMARK(DnsQuery);

/// A CNAME, two addresses behind it, and EDNS.
void DnsResponse(benchmark::State& state) {
  for (const test::Sample& sample : test::Samples<Dns>::conversations())
    if (sample.what == "query and answer") consume(state, sample.steps[1].payload);
}
BENCHMARK(DnsResponse);

void DnsResponseTwoAddresses(benchmark::State& state) {
  consume(state, test::dns_response("www.some-site.example.org")
                     .record(1, test::dns_pointer(12), 1, {203, 0, 113, 7})
                     .record(1, test::dns_pointer(12), 1, {203, 0, 113, 8})
                     .message());
}
BENCHMARK(DnsResponseTwoAddresses);

}  // namespace
}  // namespace netpulse

BENCHMARK_MAIN();
