#include <benchmark/benchmark.h>

#include "bench/null_context.h"
#include "plugins/common/fingerprint.h"
#include "plugins/tls/tls.h"
#include "tests/unit/plugins/tls/tls_samples.h"

namespace netpulse {
namespace {

void ParseClientHello(benchmark::State& state) {
  const test::ByteVector body = test::browser_hello().client_body();
  ClientHello hello;
  for (auto _ : state) {
    benchmark::DoNotOptimize(parse_client_hello(body, hello));
    benchmark::ClobberMemory();
  }
}
BENCHMARK(ParseClientHello);

void FingerprintJa3(benchmark::State& state) {
  const test::ByteVector body = test::browser_hello().client_body();
  ClientHello hello;
  parse_client_hello(body, hello);
  Md5Digest digest;
  for (auto _ : state) benchmark::DoNotOptimize(ja3(hello, digest));
}
BENCHMARK(FingerprintJa3);

void FingerprintJa4(benchmark::State& state) {
  const test::ByteVector body = test::browser_hello().client_body();
  ClientHello hello;
  parse_client_hello(body, hello);
  Ja4Text text;
  for (auto _ : state) benchmark::DoNotOptimize(ja4(hello, Ja4Transport::kTcp, text));
}
BENCHMARK(FingerprintJa4);

/// Probe and both hellos of a connection.
void TlsHandshake(benchmark::State& state) {
  const test::ByteVector client = test::client_hello_record(test::browser_hello());
  const test::ByteVector server = test::server_hello_record(test::server_hello_13());
  PacketView from_client, from_server;
  from_client.key.protocol = from_server.key.protocol = 6;
  from_client.payload_data = client.data();
  from_client.payload_captured_bytes = static_cast<std::uint32_t>(client.size());
  from_server.payload_data = server.data();
  from_server.payload_captured_bytes = static_cast<std::uint32_t>(server.size());
  from_server.direction = Direction::kHiToLo;
  NullContext context;
  for (auto _ : state) {
    Tls::State flow{};
    benchmark::DoNotOptimize(Tls::probe(from_client));
    benchmark::DoNotOptimize(Tls::consume(from_client, flow, context));
    benchmark::DoNotOptimize(Tls::consume(from_server, flow, context));
  }
}
BENCHMARK(TlsHandshake);

}  // namespace
}  // namespace netpulse

BENCHMARK_MAIN();
