#include <benchmark/benchmark.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "configs/catalogue/bundled.h"
#include "engine/base/assert.h"
#include "engine/source/capture_file.h"
#include "engine/source/memory_source.h"
#include "engine/worker/engine.h"
#include "plugins/registry.h"

namespace netpulse {
namespace {

constexpr std::size_t kRounds = 200;

/// The whole way of a packet, from memory to the finished flow: decode, flow table, analysis, collector.
/// state.range(0): workers; with more than one, a reader dispatches. Each round is the sample capture again, later than
/// any timeout.
void read_sample(benchmark::State& state) {
  CaptureFileOptions files;
  files.paths = {std::string(NETPULSE_SOURCE_ROOT) + "/tests/captures/sample.pcap"};
  Result<std::unique_ptr<PacketSource>> file = open_capture_files(files);
  NP_ASSERT(file.ok());
  const Result<Catalogue> catalogue = load_catalogue({});
  NP_ASSERT(catalogue.ok());
  std::uint64_t packets = 0, flows = 0;
  MemorySource sample;
  sample.add_all(*file.value());
  for (auto _ : state) {
    state.PauseTiming();
    auto source = std::make_unique<MemorySource>();
    sample.rewind();
    source->add_all(sample);
    source->repeat(kRounds, Duration::from_seconds(600));
    std::vector<std::unique_ptr<PacketSource>> sources;
    sources.push_back(std::move(source));
    EngineOptions options;
    options.worker_count = static_cast<std::size_t>(state.range(0));
    Result<AnalysisPlan> plan = AnalysisPlan::build(registered_analyzers(), catalogue.value());
    NP_ASSERT(plan.ok());
    Engine engine(options, std::move(sources), std::move(plan).value(), {});
    state.ResumeTiming();
    engine.start();
    const RunReport report = engine.wait();
    packets += report.metrics.total.received_packets;
    flows += report.metrics.total.flows_created;
  }
  state.counters["packets"] = benchmark::Counter(static_cast<double>(packets), benchmark::Counter::kIsRate);
  state.counters["flows"] = benchmark::Counter(static_cast<double>(flows), benchmark::Counter::kIsRate);
}
BENCHMARK(read_sample)->Arg(1)->Arg(2)->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace netpulse

BENCHMARK_MAIN();
