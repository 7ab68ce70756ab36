#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "engine/base/result.h"
#include "engine/packet/source_stats.h"
#include "engine/source/af_xdp_options.h"
#include "engine/source/af_xdp_program.h"
#include "engine/source/chain_memory.h"
#include "engine/source/packet_source.h"

namespace netpulse {

/// What one queue's socket is to be.
struct AfXdpSocketRequest {
  std::string interface;
  std::uint32_t queue = 0;
  AfXdpOptions options;
  bool native = false;                ///< the XDP program is in the driver: zero-copy is possible
  std::uint32_t frame_bytes_max = 0;  ///< of the longest frame that the interface's MTU allows
  std::uint32_t snap_length_bytes = 0;
  std::uint64_t mark = 0;  ///< AfXdpProgram::mark()
};

/// One receive queue of an interface: memory shared with the kernel, the ring of received frames and the ring of free
/// ones. Used by one thread, except drops().
class AfXdpSocket {
 public:
  /// Of each frame's memory, what is not for the frame itself: XDP_PACKET_HEADROOM, which is the kernel's, and the
  /// stamp.
  static constexpr std::uint32_t kHeadroomBytes = 256 + sizeof(AfXdpStamp);
  /// next_ns() when nothing is there.
  static constexpr std::uint64_t kEmpty = ~std::uint64_t{0};

  static Result<std::unique_ptr<AfXdpSocket>> open(const AfXdpSocketRequest& request);
  ~AfXdpSocket();

  /// Looks for frames that have come since, and tells the kernel to go on where it waits for that: a system call when
  /// it asked for one, or when busy-polling.
  void look() noexcept;
  /// The next frame's AfXdpStamp::monotonic_ns, 0 if it has none; kEmpty.
  std::uint64_t next_ns() const noexcept;
  /// Lends up to out.size() packets of those that look() found, as long as their stamps are not beyond until_ns: fills
  /// data, lengths, cookie (below 2^48), and the stamp into received_at. Frames in parts are put together in chains;
  /// where that is full they stay in the ring.
  std::size_t receive(std::span<RawPacket> out, std::uint64_t until_ns, ChainMemory& chains) noexcept;
  /// Takes a packet back by its cookie; the kernel sees the frame after submit().
  void give_back(std::uint64_t cookie, ChainMemory& chains) noexcept;
  void submit() noexcept;

  int descriptor() const noexcept;
  bool zero_copy() const noexcept;
  /// Frames longer than one of ours come in parts, instead of not at all.
  bool frames_in_parts() const noexcept;
  /// Share of the receive ring that held frames at the last look(), 0 to 1.
  double backlog_ratio() const noexcept;
  /// What the kernel dropped, each packet under one reason; from any thread.
  SourceStats drops() const noexcept;

 private:
  struct State;
  explicit AfXdpSocket(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace netpulse
