#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "engine/base/time.h"
#include "engine/packet/raw_packet.h"

namespace netpulse {

/// Packets asked for at one time.
inline constexpr std::size_t kBatchPackets = 64;

enum class PollStatus : std::uint8_t { kOk, kEndOfInput, kFailed };

struct PollResult {
  std::uint32_t packet_count = 0;  ///< filled in the caller's span; may be > 0 with any status
  PollStatus status = PollStatus::kOk;
  Timestamp now;  ///< packet time in a file, the wall clock in live capture (also with no packet)
};

/// Monotonic counters of what happened before netpulse saw a packet.
/// received counts what the source delivered through poll(); dropped_* are packets that never reached it.
struct SourceStats {
  std::uint64_t received_packets = 0;
  std::uint64_t received_bytes = 0;             ///< captured bytes
  std::uint64_t dropped_kernel_packets = 0;     ///< the capture buffer was full (pcap ps_drop)
  std::uint64_t dropped_interface_packets = 0;  ///< the interface or its driver dropped (pcap ps_ifdrop)
  std::uint64_t filtered_packets = 0;           ///< refused by a filter that netpulse runs itself (files); not received
  std::uint64_t interface_losses = 0;           ///< times an interface went away or down during live capture
  std::uint64_t input_bytes_done = 0;           ///< of a file, for progress; compressed bytes of a compressed file
  std::uint64_t input_bytes_total = 0;          ///< 0: unknown

  SourceStats& operator+=(const SourceStats& other) noexcept {
    received_packets += other.received_packets;
    received_bytes += other.received_bytes;
    dropped_kernel_packets += other.dropped_kernel_packets;
    dropped_interface_packets += other.dropped_interface_packets;
    filtered_packets += other.filtered_packets;
    interface_losses += other.interface_losses;
    input_bytes_done += other.input_bytes_done;
    input_bytes_total += other.input_bytes_total;
    return *this;
  }
};

/// Where packets come from. Used by one thread, except stats().
class PacketSource {
 public:
  virtual ~PacketSource() = default;

  /// Fills up to out.size() packets and returns. Live sources wait at most a few milliseconds for the first one.
  /// The bytes stay readable until release() of the same batch. kFailed: error() says what happened; the packets before
  /// the fault are delivered first.
  virtual PollResult poll(std::span<RawPacket> out) noexcept = 0;
  virtual void release(std::span<const RawPacket> batch) noexcept = 0;

  /// From any thread, at any time.
  virtual SourceStats stats() const noexcept = 0;
  /// The same by RawPacket::interface_index, always as many; a source that does not tell its interfaces apart (files)
  /// gives one for all.
  virtual std::vector<SourceStats> interface_stats() const { return {stats()}; }
  /// The fault after kFailed: for a file its name, byte offset and reason.
  virtual std::string error() const = 0;
  /// Names for RawPacket::interface_index, as known so far; call from the polling thread or after the end.
  virtual std::vector<std::string> interfaces() const = 0;
  /// True when no packet is lost by waiting (files): the engine then waits for room instead of dropping.
  virtual bool can_wait() const noexcept = 0;
  /// How long a packet that has arrived may stay out of sight of poll(): who stops earlier loses it, uncounted.
  virtual Duration delay_max() const noexcept { return {}; }
  /// True when packets come at the pace of their time stamps: flows then end when their time is over. Otherwise (a file
  /// read as fast as it goes) time stamps are only looked at packet by packet, whatever order files and packets are in.
  virtual bool real_time() const noexcept { return !can_wait(); }
};

}  // namespace netpulse
