#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "engine/base/ip_address.h"
#include "engine/base/keyed_hash.h"
#include "engine/base/page_memory.h"
#include "engine/base/time.h"
#include "engine/flow/flow_record.h"

namespace netpulse {

/// What an announcement says of the flow it announces, for the analyzer of that flow; nobody else reads it.
using ExpectationNote = std::array<std::uint8_t, 32>;

/// A flow over UDP that another one announced: one of its ends, and whose it will be.
struct ExpectedFlow {
  IpAddress address;
  std::uint16_t port = 0;
  ProtocolId protocol = 0;
  ExpectationNote note{};
};

/// Flows that are expected: bounded, eight ways to a set, the oldest gives way. One per worker, not thread-safe.
class ExpectationTable {
 public:
  /// How long a flow is waited for: longer than a telephone rings.
  static constexpr Duration kLifetime = Duration::from_seconds(600);

  ExpectationTable(std::size_t entries_max, const HashSeed& seed);

  /// A later announcement of the same address and port replaces the earlier. False: another one that was still waited
  /// for had to go.
  bool add(const ExpectedFlow& expected, Timestamp now) noexcept;
  /// Null if nothing is expected there at now; valid until the next add().
  const ExpectedFlow* find(const IpAddress& address, std::uint16_t port, Timestamp now) const noexcept {
    return (ports_[port / 64] >> port % 64 & 1) == 0 ? nullptr : look_up(address, port, now);
  }

  /// Nothing was ever added.
  bool empty() const noexcept { return empty_; }
  std::size_t capacity() const noexcept { return entries_.size(); }

 private:
  static constexpr std::size_t kWays = 8;
  struct alignas(64) Entry {
    ExpectedFlow flow;  // protocol 0: free
    Timestamp expires_at;
  };
  static_assert(sizeof(Entry) == 64);

  const ExpectedFlow* look_up(const IpAddress& address, std::uint16_t port, Timestamp now) const noexcept;
  std::size_t set_of(const IpAddress& address, std::uint16_t port) const noexcept;

  HashSeed seed_;
  std::size_t set_mask_;
  PageArray<Entry> entries_;                       // way w of set s: s * kWays + w
  std::array<std::uint64_t, 65536 / 64> ports_{};  // those ever announced: most flows need no search
  bool empty_ = true;
};

}  // namespace netpulse
