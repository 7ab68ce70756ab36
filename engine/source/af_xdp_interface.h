#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/source/af_xdp_program.h"
#include "engine/source/af_xdp_socket.h"
#include "engine/source/capture_options.h"
#include "engine/source/link_monitor.h"
#include "engine/source/network_device.h"

namespace netpulse {

/// What AF_XDP can capture on: an Ethernet interface that is there and up. An Error tells what it lacks.
Result<NetworkDevice> af_xdp_device(const std::string& name);

/// One interface through AF_XDP: the program and a socket for each receive queue. Used by one thread, except drops().
/// When the interface goes away, or has another number of queues, it is opened anew, at most twice a second.
class AfXdpInterface {
 public:
  /// Receive queues of one interface at most.
  static constexpr std::uint32_t kQueuesMax = 1024;

  static Result<std::unique_ptr<AfXdpInterface>> open(const std::string& name, const CaptureOptions& options);

  /// Follows the interface; a few system calls, so ten times a second and when descriptor() is readable.
  /// idle: none of the sockets' packets is lent, so that they may be replaced. Returns true if they were.
  bool attend(bool idle);

  /// The sockets are bound and will stay; else attend() is about to replace them, or the interface is gone.
  bool in_order() const noexcept { return program_.has_value() && !ending_; }
  /// It has no sockets: it went away, and is looked for.
  bool gone() const noexcept { return !program_.has_value(); }
  /// By queue; none while the interface is gone.
  const std::vector<std::unique_ptr<AfXdpSocket>>& sockets() const noexcept { return sockets_; }
  const std::string& name() const noexcept { return name_; }
  /// Readable when there is news for attend(); -1: none is to be had.
  int descriptor() const noexcept { return monitor_ ? monitor_->descriptor() : -1; }
  /// One of kAfXdpModes.
  const char* mode() const noexcept;
  /// How it is captured, in a sentence or more.
  std::vector<std::string> notes() const;
  /// Drops and losses since the first opening; from any thread.
  SourceStats drops() const;

 private:
  using Clock = std::chrono::steady_clock;

  AfXdpInterface(std::string name, const CaptureOptions& options) : name_(std::move(name)), options_(options) {}
  Result<void> start();
  bool reopen();
  void close();
  void look_at_link();
  void note_losses(std::size_t count);

  std::string name_;
  CaptureOptions options_;
  NetworkDevice device_;
  std::optional<LinkMonitor> monitor_;
  std::optional<AfXdpProgram> program_;
  FileDescriptor promiscuous_;
  bool ending_ = false;  // the program is off; what the sockets hold is still to be read
  Clock::time_point next_attempt_, next_queue_count_, ending_until_;

  mutable std::mutex mutex_;  // of what drops() reads, taken by the polling thread when sockets are replaced
  std::vector<std::unique_ptr<AfXdpSocket>> sockets_;
  SourceStats earlier_drops_;  // of sockets that were closed
  std::uint64_t missed_before_ = 0;
};

}  // namespace netpulse
