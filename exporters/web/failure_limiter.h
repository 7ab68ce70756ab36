#pragma once

#include <chrono>
#include <cstddef>
#include <unordered_map>

#include "engine/base/ip_address.h"

namespace netpulse {

/// Whom wrong credentials are counted against: an IPv4 address, or an IPv6 network of 64 bits, as one host has all of
/// it.
IpAddress client_network(IpAddress address) noexcept;

struct IpAddressHash {
  std::size_t operator()(const IpAddress& address) const noexcept;
};

/// How often each client may be wrong: five times at once, then once in ten seconds.
/// Bounded: of more than 4096 clients, the one that is nearest to being forgiven is forgotten.
class FailureLimiter {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::size_t kClientsMax = 4096;

  /// 0 if the client may try (which counts as a failure, until forgive()); else for how many seconds it may not.
  unsigned charge(const IpAddress& client, Clock::time_point now);
  /// The try was no failure.
  void forgive(const IpAddress& client);
  std::size_t clients() const noexcept { return clean_at_.size(); }

 private:
  void make_room(Clock::time_point now);

  std::unordered_map<IpAddress, Clock::time_point, IpAddressHash> clean_at_;  // when all failures are forgotten
};

}  // namespace netpulse
