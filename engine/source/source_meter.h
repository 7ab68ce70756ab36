#pragma once

#include <atomic>
#include <cstdint>

#include "engine/source/packet_source.h"

namespace netpulse {

/// A counter with one writer and any readers; a plain add in machine code.
class SharedCounter {
 public:
  void add(std::uint64_t amount) noexcept { set(value() + amount); }
  void set(std::uint64_t value) noexcept { value_.store(value, std::memory_order_relaxed); }
  std::uint64_t value() const noexcept { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

/// What a source counts, of each of its interfaces if it tells them apart: written by the polling thread once per
/// batch, read by stats() from any thread.
struct SourceMeter {
  SharedCounter packets, captured_bytes;

  void count(std::span<const RawPacket> batch) noexcept {
    std::uint64_t bytes = 0;
    for (const RawPacket& packet : batch) bytes += packet.captured_bytes;
    packets.add(batch.size());
    captured_bytes.add(bytes);
  }
  SourceStats stats() const noexcept {
    SourceStats stats;
    stats.received_packets = packets.value();
    stats.received_bytes = captured_bytes.value();
    return stats;
  }
};

}  // namespace netpulse
