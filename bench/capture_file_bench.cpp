#include <benchmark/benchmark.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "engine/source/capture_file.h"

namespace netpulse {
namespace {

constexpr std::size_t kFileBytes = 96U << 20;

void put32(std::string& bytes, std::uint32_t value) {
  bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
}

std::string pcap_file(std::size_t frame_bytes) {
  std::string bytes;
  for (const std::uint32_t word : {0xa1b2c3d4U, 0x00040002U, 0U, 0U, 262144U, 1U}) put32(bytes, word);
  for (std::uint32_t i = 0; bytes.size() < kFileBytes; ++i) {
    for (const std::uint32_t word :
         {i / 1000, i % 1000, static_cast<std::uint32_t>(frame_bytes), static_cast<std::uint32_t>(frame_bytes)})
      put32(bytes, word);
    bytes.append(frame_bytes, static_cast<char>(i));
  }
  return bytes;
}

std::string pcapng_file(std::size_t frame_bytes) {
  std::string bytes;
  for (const std::uint32_t word : {0x0a0d0d0aU, 28U, 0x1a2b3c4dU, 1U, ~0U, ~0U, 28U}) put32(bytes, word);
  for (const std::uint32_t word : {1U, 20U, 1U, 0U, 20U}) put32(bytes, word);
  const auto captured = static_cast<std::uint32_t>(frame_bytes);
  const std::uint32_t padded = (captured + 3) / 4 * 4;
  for (std::uint32_t i = 0; bytes.size() < kFileBytes; ++i) {
    for (const std::uint32_t word : {6U, padded + 32, 0U, 0U, i, captured, captured}) put32(bytes, word);
    bytes.append(padded, static_cast<char>(i));
    put32(bytes, padded + 32);
  }
  return bytes;
}

/// A file in the temporary directory (better one in memory) for the time of one bench.
class BenchFile {
 public:
  explicit BenchFile(const std::string& bytes)
      : path_(std::filesystem::temp_directory_path() / ("netpulse_bench_" + std::to_string(getpid()))) {
    std::ofstream(path_, std::ios::binary) << bytes;
  }
  ~BenchFile() { std::filesystem::remove(path_); }
  BenchFile(const BenchFile&) = delete;
  BenchFile& operator=(const BenchFile&) = delete;
  std::string path() const { return path_; }

 private:
  std::filesystem::path path_;
};

void read_file(benchmark::State& state, const std::string& bytes) {
  const BenchFile file(bytes);
  std::int64_t packets = 0;
  for (auto _ : state) {
    auto opened = open_capture_files({{file.path()}, {}});
    PacketSource& source = *opened.value();
    std::array<RawPacket, kBatchPackets> batch;
    PollStatus status = PollStatus::kOk;
    std::uint64_t sum = 0;
    while (status == PollStatus::kOk) {
      const PollResult polled = source.poll(batch);
      status = polled.status;
      const auto got = std::span<const RawPacket>(batch).first(polled.packet_count);
      for (const RawPacket& packet : got) sum += packet.data[12];  // the EtherType, as a decoder would read it
      source.release(got);
      packets += polled.packet_count;
    }
    benchmark::DoNotOptimize(sum);
  }
  state.SetItemsProcessed(packets);
  state.SetBytesProcessed(static_cast<std::int64_t>(bytes.size()) * static_cast<std::int64_t>(state.iterations()));
}

void ReadPcap(benchmark::State& state) { read_file(state, pcap_file(static_cast<std::size_t>(state.range(0)))); }
void ReadPcapng(benchmark::State& state) { read_file(state, pcapng_file(static_cast<std::size_t>(state.range(0)))); }
BENCHMARK(ReadPcap)->Arg(60)->Arg(640)->Arg(1514)->Unit(benchmark::kMillisecond);
BENCHMARK(ReadPcapng)->Arg(60)->Arg(640)->Arg(1514)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace netpulse

BENCHMARK_MAIN();
