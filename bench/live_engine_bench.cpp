#include <benchmark/benchmark.h>

#include <chrono>
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

constexpr std::size_t kRounds = 2000;

/// Packets from memory as a card would bring them: at any pace, and stamped when they come.
class LiveMemorySource final : public PacketSource {
 public:
  explicit LiveMemorySource(PacketSource& packets) {
    memory_.add_all(packets);
    memory_.repeat(kRounds, {});
  }

  PollResult poll(std::span<RawPacket> out) noexcept override {
    PollResult polled = memory_.poll(out);
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    polled.now = {std::chrono::duration_cast<std::chrono::nanoseconds>(now).count()};
    for (RawPacket& packet : out.first(polled.packet_count)) packet.received_at = polled.now;
    return polled;
  }
  void release(std::span<const RawPacket>) noexcept override {}
  SourceStats stats() const noexcept override { return memory_.stats(); }
  std::string error() const override { return {}; }
  std::vector<std::string> interfaces() const override { return {"memory"}; }
  bool can_wait() const noexcept override { return false; }

 private:
  MemorySource memory_;
};

/// What a live capture of the sample costs without any source: the measure of bench/dpdk. Rates are by CPU time.
void receive_sample(benchmark::State& state) {
  CaptureFileOptions files;
  files.paths = {std::string(NETPULSE_SOURCE_ROOT) + "/tests/captures/sample.pcap"};
  const Result<Catalogue> catalogue = load_catalogue({});
  NP_ASSERT(catalogue.ok());
  std::uint64_t packets = 0;
  for (auto _ : state) {
    state.PauseTiming();
    Result<std::unique_ptr<PacketSource>> file = open_capture_files(files);
    NP_ASSERT(file.ok());
    std::vector<std::unique_ptr<PacketSource>> sources;
    sources.push_back(std::make_unique<LiveMemorySource>(*file.value()));
    Result<AnalysisPlan> plan = AnalysisPlan::build(registered_analyzers(), catalogue.value());
    NP_ASSERT(plan.ok());
    Engine engine({}, std::move(sources), std::move(plan).value(), {"memory"});
    state.ResumeTiming();
    engine.start();
    packets += engine.wait().metrics.total.received_packets;
  }
  state.counters["packets"] = benchmark::Counter(static_cast<double>(packets), benchmark::Counter::kIsRate);
}
BENCHMARK(receive_sample)->MeasureProcessCPUTime()->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace netpulse

BENCHMARK_MAIN();
