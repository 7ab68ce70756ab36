#include <benchmark/benchmark.h>

#include <algorithm>
#include <memory>

#include "bench/null_context.h"
#include "plugins/common/fingerprint_memo.h"
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

/// JA3 and JA4 by a memo. shapes: distinct hellos that come in turn; of 1 all are remembered, of 65536 none.
void FingerprintsByMemo(benchmark::State& state) {
  auto memo = std::make_unique<FingerprintMemo>();
  test::ByteVector body = test::browser_hello().client_body();
  ClientHello hello;
  parse_client_hello(body, hello);
  // Inside the lists of ciphers and of signature algorithms, so that both halves of JA4 are new.
  std::uint8_t* const cipher = &body[static_cast<std::size_t>(hello.cipher_suites.data() - body.data()) + 6];
  std::uint8_t* const algorithm = &body[static_cast<std::size_t>(hello.signature_algorithms.data() - body.data())];
  const auto shapes = static_cast<std::uint32_t>(state.range(0));
  std::uint32_t shape = 0;
  FingerprintMemo::OfClient found;
  for (auto _ : state) {
    shape = (shape + 1) % shapes;
    const std::uint8_t bytes[] = {static_cast<std::uint8_t>(shape >> 8), static_cast<std::uint8_t>(shape)};
    std::copy_n(bytes, sizeof bytes, cipher);
    std::copy_n(bytes, sizeof bytes, algorithm);
    memo->of_client(hello, Ja4Transport::kTcp, found);
    benchmark::DoNotOptimize(found);
  }
}
BENCHMARK(FingerprintsByMemo)->ArgName("shapes")->Arg(1)->Arg(64)->Arg(65536);

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
  context.memory = make_per_worker_memory<Tls>();
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
