#pragma once

#include <cstdint>
#include <string>

#include "engine/base/result.h"
#include "engine/source/af_xdp_options.h"
#include "engine/source/file_descriptor.h"

namespace netpulse {

/// What the program writes right before a frame's first byte.
struct AfXdpStamp {
  std::uint64_t monotonic_ns;  ///< when the frame was with the driver: CLOCK_MONOTONIC
  std::uint64_t mark;          ///< AfXdpProgram::mark(); anything else: the driver leaves no room for stamps
};

/// Our XDP program on an interface: frames of a queue that has a socket go to it, the others to the host as ever. The
/// kernel takes the program off when its link is closed, so also when the process dies.
class AfXdpProgram {
 public:
  /// queues_max: sockets are possible for queues below. Fails where another program is attached, rights are missing, or
  /// the driver refuses the mode (kAuto: both), and leaves nothing behind.
  static Result<AfXdpProgram> attach(const std::string& interface, unsigned interface_id, XdpMode mode,
                                     std::uint32_t queues_max);

  /// From now on the queue's frames go to the socket.
  Result<void> redirect(std::uint32_t queue, int socket);
  /// kNative or kGeneric.
  XdpMode mode() const noexcept { return mode_; }
  /// In the stamps that this program writes; random.
  std::uint64_t mark() const noexcept { return mark_; }
  /// Takes the program off, which also happens at the end of its life.
  void detach() noexcept { link_ = FileDescriptor(); }

 private:
  AfXdpProgram(FileDescriptor map, FileDescriptor link, XdpMode mode, std::uint64_t mark)
      : map_(std::move(map)), link_(std::move(link)), mode_(mode), mark_(mark) {}

  FileDescriptor map_, link_;
  XdpMode mode_;
  std::uint64_t mark_;
};

/// no_permission() of what AF_XDP needs; the last, for locked memory, only where its limit is low.
std::string no_af_xdp_permission(const std::string& interface, const std::string& detail);

/// What is wrong if an XDP program is attached to the interface already: its number, and how to see it.
Result<void> no_foreign_program(const std::string& interface, unsigned interface_id);

}  // namespace netpulse
