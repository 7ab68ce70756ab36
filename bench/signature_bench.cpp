// The classifier's signatures against the same patterns in libhs, side by side: payloads that nobody claims.
#include <benchmark/benchmark.h>

#include <random>
#include <vector>

#include "engine/analysis/pattern_matcher.h"
#include "engine/analysis/signature_set.h"
#include "plugins/registry.h"

namespace netpulse {
namespace {

constexpr std::size_t kPayloads = 4096;

std::vector<std::vector<std::uint8_t>> make_payloads(std::size_t bytes) {
  std::mt19937 random(1);
  std::vector<std::vector<std::uint8_t>> payloads(kPayloads, std::vector<std::uint8_t>(bytes));
  for (auto& payload : payloads)
    for (std::uint8_t& byte : payload) byte = static_cast<std::uint8_t>(random());
  return payloads;
}

std::vector<PatternSource> make_patterns() {
  std::vector<PatternSource> patterns;
  const std::span<const AnalyzerEntry> analyzers = registered_analyzers();
  for (std::size_t i = 0; i < analyzers.size(); ++i)
    for (const Pattern& pattern : analyzers[i].patterns)
      patterns.push_back({.expression = pattern.expression, .id = static_cast<std::uint32_t>(i)});
  return patterns;
}

SignatureSet make_set() {
  SignatureSet set;
  for (const PatternSource& pattern : make_patterns()) (void)set.add(pattern.expression, pattern.id);
  return set;
}

void match_signatures(benchmark::State& state) {
  const SignatureSet set = make_set();
  const auto payloads = make_payloads(static_cast<std::size_t>(state.range(0)));
  std::size_t i = 0;
  for (auto _ : state) benchmark::DoNotOptimize(set.match(payloads[i++ % kPayloads]));
}
BENCHMARK(match_signatures)->Arg(16)->Arg(64);

void scan_with_library(benchmark::State& state) {
  const Result<PatternDatabase> database = PatternDatabase::compile(make_patterns());
  PatternScanner scanner(database.value());
  const auto payloads = make_payloads(static_cast<std::size_t>(state.range(0)));
  std::size_t i = 0;
  for (auto _ : state) {
    AnalyzerMask found;
    scanner.scan(
        payloads[i++ % kPayloads],
        [](void* mask, std::uint32_t id, std::size_t) {
          static_cast<AnalyzerMask*>(mask)->add(id);
          return true;
        },
        &found);
    benchmark::DoNotOptimize(found);
  }
}
BENCHMARK(scan_with_library)->Arg(16)->Arg(64);

void make_signatures(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(make_set());
}
BENCHMARK(make_signatures)->Unit(benchmark::kMicrosecond);

void compile_with_library(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(PatternDatabase::compile(make_patterns()).ok());
}
BENCHMARK(compile_with_library)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace netpulse

BENCHMARK_MAIN();
