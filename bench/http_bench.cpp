#include <benchmark/benchmark.h>

#include "bench/null_context.h"
#include "plugins/http/http.h"

namespace netpulse {
namespace {

constexpr std::string_view kRequest =
    "GET /assets/site.css?version=20260101 HTTP/1.1\r\nHost: www.example.org\r\nConnection: keep-alive\r\n"
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0\r\n"
    "Accept: text/css,*/*;q=0.1\r\nReferer: http://www.example.org/index.html\r\nAccept-Encoding: gzip, deflate\r\n"
    "Accept-Language: en-GB,en;q=0.9\r\nCookie: session=0123456789abcdef0123456789abcdef; theme=dark\r\n\r\n";
constexpr std::string_view kResponse =
    "HTTP/1.1 304 Not Modified\r\nDate: Thu, 01 Jan 2026 00:00:00 GMT\r\nServer: nginx/1.22.1\r\n"
    "Last-Modified: Wed, 31 Dec 2025 00:00:00 GMT\r\nConnection: keep-alive\r\nETag: \"69544a80-1f4\"\r\n"
    "Cache-Control: max-age=3600\r\nContent-Type: text/css\r\nVary: Accept-Encoding\r\n\r\n";

PacketView packet_of(std::string_view text, Direction direction) {
  PacketView packet;
  packet.key.protocol = 6;
  packet.direction = direction;
  packet.payload_data = as_bytes(text).data();
  packet.payload_captured_bytes = packet.payload_bytes = static_cast<std::uint32_t>(text.size());
  return packet;
}

/// A request and its response, of a connection's many.
void HttpExchange(benchmark::State& state) {
  const PacketView request = packet_of(kRequest, Direction::kLoToHi),
                   response = packet_of(kResponse, Direction::kHiToLo);
  NullContext context;
  Http::State flow{};
  for (auto _ : state) {
    benchmark::DoNotOptimize(Http::consume(request, flow, context));
    benchmark::DoNotOptimize(Http::consume(response, flow, context));
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * (kRequest.size() + kResponse.size())));
}
BENCHMARK(HttpExchange);

}  // namespace
}  // namespace netpulse

BENCHMARK_MAIN();
