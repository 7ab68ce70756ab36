#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "exporters/prometheus/prometheus_exporter.h"
#include "tests/unit/sample_flow.h"

namespace netpulse {
namespace {

constexpr std::size_t kWorkers = 8, kApplications = 800;

void scrape(benchmark::State& state) {
  RunNames names = sample_names();
  for (std::size_t i = 0; i < kApplications; ++i) {
    names.applications.push_back("Application " + std::to_string(i));
    names.categories.emplace_back("Category");
  }
  const LatestSnapshot latest(make_zero_snapshot(names, kWorkers, kWorkers));
  const std::vector<std::string> interfaces(kWorkers, "eth0");
  const PrometheusExporter exporter({"1.0.0", interfaces}, latest);
  const auto format = static_cast<ExpositionFormat>(state.range(0));
  std::size_t bytes = 0;
  for (auto _ : state) bytes = exporter.scrape(format).size();
  state.counters["bytes"] = static_cast<double>(bytes);
}
BENCHMARK(scrape)
    ->Arg(static_cast<int>(ExpositionFormat::kText))
    ->Arg(static_cast<int>(ExpositionFormat::kOpenMetrics))
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace netpulse

BENCHMARK_MAIN();
