#include <benchmark/benchmark.h>

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

/// A hello of as many shapes as are wanted, which differ in a cipher and in a signature algorithm: both halves of JA4
/// are new then.
class ManyShapes {
 public:
  explicit ManyShapes(std::uint32_t count) : count_(count), body_(test::browser_hello().client_body()) {
    parse_client_hello(body_, hello_);
    cipher_ = static_cast<std::size_t>(hello_.cipher_suites.data() - body_.data()) + 6;
    algorithm_ = static_cast<std::size_t>(hello_.signature_algorithms.data() - body_.data());
  }
  const ClientHello& next() {
    shape_ = (shape_ + 1) % count_;
    body_[cipher_] = body_[algorithm_] = static_cast<std::uint8_t>(shape_ >> 8);
    body_[cipher_ + 1] = body_[algorithm_ + 1] = static_cast<std::uint8_t>(shape_);
    return hello_;
  }

 private:
  std::uint32_t count_, shape_ = 0;
  test::ByteVector body_;
  ClientHello hello_;
  std::size_t cipher_, algorithm_;
};

/// JA3 and JA4 of hellos, worked out each time.
void Fingerprints(benchmark::State& state) {
  ManyShapes shapes(static_cast<std::uint32_t>(state.range(0)));
  Md5Digest digest;
  Ja4Text text;
  for (auto _ : state) {
    const ClientHello& hello = shapes.next();
    benchmark::DoNotOptimize(ja3(hello, digest));
    benchmark::DoNotOptimize(ja4(hello, Ja4Transport::kTcp, text));
  }
}
BENCHMARK(Fingerprints)->ArgName("shapes")->Arg(1)->Arg(64)->Arg(65536);

/// The same by a memo. Of 65536 shapes none is remembered.
void FingerprintsByMemo(benchmark::State& state) {
  ManyShapes shapes(static_cast<std::uint32_t>(state.range(0)));
  const auto memo = std::make_unique<FingerprintMemo>();
  FingerprintMemo::OfClient found;
  for (auto _ : state) {
    memo->of_client(shapes.next(), Ja4Transport::kTcp, found);
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
