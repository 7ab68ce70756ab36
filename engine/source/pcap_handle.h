#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>

#include "engine/base/result.h"
#include "engine/base/time.h"
#include "engine/source/batch_arena.h"
#include "engine/source/capture_options.h"

namespace netpulse {

/// The sockets of one interface among which the kernel deals its packets by a symmetric flow hash (packet(7),
/// PACKET_FANOUT_HASH). Later fragments carry no ports and may go to another worker than the rest of their flow: the
/// kernel could reassemble them, but then they would not be counted as they were on the wire.
class FanOutGroup {
 public:
  /// Adds a socket; the first one has the kernel choose an identifier nobody else uses.
  Result<void> join(int descriptor);
  static bool available() noexcept;

 private:
  std::mutex mutex_;
  bool chosen_ = false;
  std::uint16_t id_ = 0;
};

/// Drops as libpcap's 32-bit counters tell them, made continuous over wraps and over reopening.
class WrappingCounter {
 public:
  void update(std::uint32_t now) noexcept {
    total_ += now - last_;
    last_ = now;
  }
  void restart() noexcept { last_ = 0; }
  std::uint64_t total() const noexcept { return total_; }

 private:
  std::uint32_t last_ = 0;
  std::uint64_t total_ = 0;
};

/// One interface through libpcap, never blocking; used by one thread. When the interface goes down or away the handle
/// waits for its return: it tries to open again, at most twice a second.
class PcapHandle {
 public:
  /// buffer_bytes: of this handle's ring. group: may be null.
  static Result<std::unique_ptr<PcapHandle>> open(const std::string& interface, const CaptureOptions& options,
                                                  std::uint64_t buffer_bytes, std::shared_ptr<FanOutGroup> group);
  ~PcapHandle();

  /// Copies up to out.size() packets; those not yet copied stay in the ring. Fills all but data, number and cookie.
  std::size_t receive(std::span<RawPacket> out, BatchArena& arena);
  /// To wait on for packets; -1 while the interface is gone.
  int descriptor() const noexcept;
  /// The descriptor showed an error: the interface went down.
  void note_error() noexcept;
  /// Asks libpcap for the drops; takes a few system calls.
  void update_drops() noexcept;

  const std::string& interface() const noexcept;
  std::uint64_t dropped_kernel_packets() const noexcept;
  std::uint64_t dropped_interface_packets() const noexcept;
  std::uint64_t losses() const noexcept;

 private:
  struct State;
  explicit PcapHandle(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace netpulse
