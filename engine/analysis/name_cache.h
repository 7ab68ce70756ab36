#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "engine/analysis/analysis_options.h"
#include "engine/base/ip_address.h"
#include "engine/base/keyed_hash.h"
#include "engine/base/page_memory.h"
#include "engine/base/time.h"
#include "engine/flow/flow_record.h"

namespace netpulse {

/// Names of addresses, from DNS answers, per client: bounded, eight ways to a set, the entry that expires first gives
/// way. One per worker, not thread-safe.
class NameCache {
 public:
  NameCache(const AnalysisOptions& options, const HashSeed& seed);

  /// client all zero: told to everybody (multicast DNS). ttl_seconds is brought within [name_ttl_min, name_ttl_max].
  /// A later answer for the same pair replaces the earlier.
  void learn(const IpAddress& client, const IpAddress& address, std::string_view name, std::uint32_t ttl_seconds,
             Timestamp now) noexcept;
  /// The name client would use for address at now; empty if none. The view is valid until the next learn().
  std::string_view find(const IpAddress& client, const IpAddress& address, Timestamp now) noexcept;

  /// Fetches what find() will look at for this pair.
  void prefetch(const IpAddress& client, const IpAddress& address) const noexcept;

  bool empty() const noexcept { return entries_used_ == 0 && waiting_count_ == 0; }
  /// Whether anything was ever told to everybody.
  bool told_everybody() const noexcept { return told_everybody_; }
  std::size_t entries_used() const noexcept { return entries_used_; }
  std::size_t capacity() const noexcept { return entries_.size(); }
  /// Entries that had to go before they expired.
  std::uint64_t evictions() const noexcept { return evictions_; }
  /// Look-ups in vain because the name, not expired yet, had been overwritten by newer ones.
  std::uint64_t overwritten() const noexcept { return overwritten_; }

 private:
  static constexpr std::size_t kWays = 8;
  static constexpr std::size_t kNameBytesMax = 255, kNameTailBytes = kNameBytesMax + 1;
  /// Room for names per entry; longer names on average mean that the oldest are forgotten sooner.
  static constexpr std::size_t kNameBytesPerEntry = 32;
  /// One cache line with what a search needs to know of all the set's entries. All sets together fit a core's
  /// second-level cache at the default size, so a search that finds nothing costs no trip to memory.
  struct alignas(64) Set {
    std::uint16_t tags[kWays];                // 0: free
    std::uint32_t expires_at_seconds[kWays];  // of packet time, rounded up; enough until 2106
  };
  struct Entry {
    IpAddress client, address;
    std::int64_t expires_at_nanoseconds;
    std::uint64_t name_position;  // of its length byte, in all that was ever written to the names' ring
  };
  static_assert(sizeof(Entry) == 48);

  std::size_t ring_bytes() const noexcept { return ring_mask_ + 1; }
  /// Learned, and not yet in its set: the set's line is on its way from memory meanwhile.
  struct Waiting {
    std::uint64_t hash;
    Entry entry;
    Timestamp learned_at;
  };
  static constexpr std::size_t kWaitingMax = 8;

  std::uint64_t write_name(std::string_view name) noexcept;
  void place(const Waiting& learned) noexcept;
  std::string_view name_of(const Entry& entry, Timestamp now) noexcept;

  HashSeed seed_;
  Duration ttl_min_, ttl_max_;
  std::size_t set_mask_;
  std::size_t ring_mask_;
  PageArray<Set> sets_;
  PageArray<Entry> entries_;  // entry `way` of set s: s * kWays + way
  PageArray<char>
      names_;  // a ring; its last kNameBytesMax bytes let a name that begins before the end lie in one piece
  std::uint64_t names_written_ = 0, last_name_ = 0;
  std::array<Waiting, kWaitingMax> waiting_;
  std::size_t waiting_count_ = 0;
  bool told_everybody_ = false;
  std::size_t entries_used_ = 0;
  std::uint64_t evictions_ = 0, overwritten_ = 0;
};

}  // namespace netpulse
