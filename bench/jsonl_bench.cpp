#include <benchmark/benchmark.h>

#include <array>

#include "exporters/jsonl/jsonl_sink.h"
#include "tests/unit/sample_flow.h"

namespace netpulse {
namespace {

constexpr std::size_t kBatchFlows = 64;

void write_flow_records(benchmark::State& state) {
  auto sink = JsonlSink::open("/dev/null", sample_names());
  if (!sink.ok()) return state.SkipWithError(sink.error().message.c_str());
  FinishedFlow flow = sample_flow();
  std::array<const FinishedFlow*, kBatchFlows> batch;
  batch.fill(&flow);
  for (auto _ : state) {
    flow.record.start_time.nanoseconds += 1'000'000;
    sink.value()->write(batch);
  }
  sink.value()->flush();
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kBatchFlows));
}
BENCHMARK(write_flow_records);

}  // namespace
}  // namespace netpulse

BENCHMARK_MAIN();
