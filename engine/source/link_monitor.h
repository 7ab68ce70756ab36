#pragma once

#include <cstddef>

#include "engine/base/result.h"
#include "engine/source/file_descriptor.h"

namespace netpulse {

/// Tells when an interface went down or away, however short that was (rtnetlink(7)).
class LinkMonitor {
 public:
  struct Events {
    bool removed = false;
    std::size_t downs = 0;  ///< times it went down or away since the last call
  };

  /// Follows the interface with this index from now on, which is up.
  static Result<LinkMonitor> open(unsigned interface_id);

  /// What happened since the last call; a system call.
  Events take() noexcept;
  /// Readable when there is something to take.
  int descriptor() const noexcept { return socket_.get(); }

 private:
  LinkMonitor(FileDescriptor socket, unsigned interface_id) : socket_(std::move(socket)), id_(interface_id) {}
  void read(const void* messages, std::size_t bytes, Events& events) noexcept;
  void note(bool up, Events& events) noexcept;

  FileDescriptor socket_;
  unsigned id_;
  bool up_ = true, removed_ = false;
};

}  // namespace netpulse
