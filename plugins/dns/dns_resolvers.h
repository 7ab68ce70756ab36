#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/base/ip_address.h"
#include "engine/base/keyed_hash.h"
#include "engine/base/page_memory.h"

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

  /// All but the address.
  void add(const DnsResolver& other) noexcept;
};

/// The resolvers of one worker, or of all together: kResolversMax are told apart, others are counted as one. Those with
/// the smallest content_hash() of their address are told apart then, so that it does not matter in which order and by
/// which worker they were found. Memory is touched as far as it is used.
class DnsResolvers {
 public:
  static constexpr std::size_t kResolversMax = 8192;

  DnsResolvers();

  /// Valid until the next call; the one with the address zero stands for all that found no room.
  DnsResolver& at(const IpAddress& address) noexcept {
    if (count_ != 0 && resolvers_[last_].address == address) return resolvers_[last_];
    return find(address);
  }
  /// Adds what another worker found.
  void merge(const DnsResolvers& other) noexcept;
  /// The busiest, at most count_max, by transactions and then by address; behind them all others as one, if there are
  /// any.
  std::vector<DnsResolver> busiest(std::size_t count_max);

 private:
  /// What is too much goes in one piece, now and then.
  static constexpr std::size_t kCapacity = kResolversMax + kResolversMax / 2;
  static constexpr std::size_t kSlots = kResolversMax * 4;
  static constexpr std::uint64_t kNoLimit = UINT64_MAX;

  DnsResolver& find(const IpAddress& address) noexcept;
  /// The place of the address, or the free one where it belongs.
  std::uint32_t& slot_of(const IpAddress& address) noexcept;
  /// Adds up those whose rank is limit or more.
  void cut(std::uint64_t limit) noexcept;
  std::uint64_t limit_of_room() noexcept;

  HashSeed seed_;
  std::size_t count_ = 0;
  std::size_t last_ = 0;            // most packets are of the same one
  std::uint64_t limit_ = kNoLimit;  // resolvers of this rank and above have had to go
  PageArray<std::uint32_t> slots_;  // 1 + index, 0: free
  PageArray<DnsResolver> resolvers_;
  PageArray<std::uint64_t> ranks_;  // untouched until there is no room for the first time
  DnsResolver others_{};
};

}  // namespace netpulse
