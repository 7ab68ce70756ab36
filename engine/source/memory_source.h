#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/base/time.h"
#include "engine/source/packet_source.h"
#include "engine/source/source_meter.h"

namespace netpulse {

/// Packets held in memory, delivered as if they came from a file: for tests and benches. Add first, then poll.
class MemorySource final : public PacketSource {
 public:
  /// Copies the frame. wire_bytes: 0 for as many as the frame has.
  void add(Bytes frame, Timestamp received_at, std::uint16_t link_type = 1, std::uint32_t wire_bytes = 0,
           std::uint16_t interface_index = 0);
  /// Reads all that `source` still has, e.g. to take a file out of a measurement.
  void add_all(PacketSource& source);
  /// Delivers everything `rounds` times, each round's times `shift` later than those of the one before.
  void repeat(std::size_t rounds, Duration shift);
  /// Starts over, as if nothing had been delivered; the counters go back to zero too.
  void rewind() noexcept;
  void set_interfaces(std::vector<std::string> names) { interfaces_ = std::move(names); }
  std::size_t packet_count() const noexcept { return packets_.size(); }

  PollResult poll(std::span<RawPacket> out) noexcept override;
  void release(std::span<const RawPacket>) noexcept override {}
  SourceStats stats() const noexcept override { return counters_.stats(); }
  std::string error() const override { return {}; }
  std::vector<std::string> interfaces() const override { return interfaces_; }
  bool can_wait() const noexcept override { return true; }

 private:
  static constexpr std::size_t kChunkBytes = 1U << 20;
  const std::uint8_t* copy(Bytes frame);

  // Frames lie close together, in chunks that never move.
  std::vector<std::unique_ptr<std::uint8_t[]>> chunks_;
  std::size_t chunk_left_ = 0;
  std::uint8_t* chunk_at_ = nullptr;
  std::vector<RawPacket> packets_;
  std::vector<std::string> interfaces_{"memory"};
  std::size_t next_ = 0, round_ = 0, rounds_ = 1;
  Duration shift_;
  Timestamp latest_;
  std::uint64_t last_number_ = 0;
  SourceMeter counters_;
};

}  // namespace netpulse
