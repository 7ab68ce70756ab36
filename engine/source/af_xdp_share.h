#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "engine/source/af_xdp_interface.h"

namespace netpulse {

/// The interfaces of a capture and the readers, each a thread of its own, among which their queues are shared out:
/// queue q belongs to reader q % readers. Reader 0 looks after the interfaces. Before it replaces the sockets of one,
/// the others part with theirs: until then nobody's packets may go.
class AfXdpShare {
 public:
  AfXdpShare(std::vector<std::unique_ptr<AfXdpInterface>> interfaces, std::size_t readers);

  std::size_t readers() const noexcept { return readers_; }
  std::size_t interface_count() const noexcept { return interfaces_.size(); }
  const AfXdpInterface& interface(std::size_t index) const noexcept { return *interfaces_[index]; }

  /// Changes when readers have to list their queues anew.
  std::uint32_t epoch() const noexcept { return epoch_.load(std::memory_order_acquire); }
  /// The queues of a reader at the moment, with the index of their interface. By calling it a reader other than 0 parts
  /// with those that are about to be replaced: it must have none of their packets.
  struct Queue {
    AfXdpSocket* socket;
    std::uint16_t interface_index;
  };
  std::vector<Queue> queues_of(std::size_t reader);

  /// For reader 0: sockets are about to be replaced, which should not take long.
  bool replacing() const noexcept;
  /// For reader 0, ten times a second and when an interface has news. idle: none of its packets is lent. Returns true
  /// if it has to list its queues anew.
  bool attend(bool idle);

 private:
  struct State {
    std::atomic<bool> replacing{false};
    std::vector<std::atomic<bool>> parted;  // by reader
    explicit State(std::size_t readers) : parted(readers) {}
  };
  bool all_parted(const State& state) const noexcept;
  bool attend(std::size_t index, bool idle);

  std::vector<std::unique_ptr<AfXdpInterface>> interfaces_;
  const std::size_t readers_;
  std::vector<std::unique_ptr<State>> states_;  // by interface
  std::atomic<std::uint32_t> epoch_{0};
};

}  // namespace netpulse
