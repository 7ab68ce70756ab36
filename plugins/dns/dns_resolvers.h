#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "engine/base/ip_address.h"
#include "engine/base/keyed_hash.h"
#include "engine/base/time.h"

namespace netpulse {

/// What became of the queries that one resolver, or any other DNS server, was asked.
struct DnsResolver {
  IpAddress address;
  std::uint64_t transactions = 0;  ///< queries, retransmissions not counted again
  std::uint64_t answered = 0;
  std::uint64_t name_errors = 0;  ///< answers with NXDOMAIN (RFC 8020)
  std::uint64_t failures = 0;     ///< answers with any other error in their header: SERVFAIL, REFUSED, ...
  std::int64_t latency_nanoseconds_sum = 0;
  std::int64_t latency_nanoseconds_max = 0;
};

/// The resolvers of one worker: the first kResolversMax, others are told apart from them and counted together.
class DnsResolvers {
 public:
  static constexpr std::size_t kResolversMax = 512;

  DnsResolvers() : seed_(HashSeed::from_system()) {}

  /// Valid until the end; the one with the address zero stands for all that found no room.
  DnsResolver& at(const IpAddress& address) noexcept;
  /// In the order in which they were asked first.
  std::span<const DnsResolver> all() const noexcept { return {resolvers_.data(), count_}; }
  const DnsResolver& others() const noexcept { return others_; }

 private:
  static constexpr std::size_t kSlots = kResolversMax * 4;

  HashSeed seed_;
  std::size_t count_ = 0;
  std::size_t last_ = 0;                       // most packets are of the same one
  std::array<std::uint16_t, kSlots> slots_{};  // 1 + index, 0: free
  std::array<DnsResolver, kResolversMax> resolvers_{};
  DnsResolver others_{};
};

}  // namespace netpulse
