#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "engine/base/time.h"
#include "engine/packet/raw_packet.h"
#include "engine/packet/source_stats.h"

namespace netpulse {

/// Packets asked for at one time.
inline constexpr std::size_t kBatchPackets = 64;

enum class PollStatus : std::uint8_t { kOk, kEndOfInput, kFailed };

struct PollResult {
  std::uint32_t packet_count = 0;  ///< filled in the caller's span; may be > 0 with any status
  PollStatus status = PollStatus::kOk;
  Timestamp now;                    ///< packet time in a file, the wall clock in live capture (also with no packet)
  std::uint64_t waited_cycles = 0;  ///< cycles_now() ticks of the call in which it only waited for packets
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

  /// From any thread, at any time, but not while packets wait: it may ask the kernel or a driver.
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
  /// Live: how full what holds packets for poll() was at the last one, 0 to 1; negative where the source cannot tell.
  /// For the polling thread.
  virtual double backlog_ratio() const noexcept { return -1; }
  /// True when packets come at the pace of their time stamps: flows then end when their time is over. Otherwise (a file
  /// read as fast as it goes) time stamps are only looked at packet by packet, whatever order files and packets are in.
  virtual bool real_time() const noexcept { return !can_wait(); }
};

}  // namespace netpulse
