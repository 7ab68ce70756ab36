#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "engine/analysis/expectation_table.h"
#include "engine/analysis/name_cache.h"
#include "engine/base/spsc_ring.h"

namespace netpulse {

/// A name that one worker learned from a DNS answer, or a flow that was announced to it, on its way to another.
struct LearnedName {
  ExpectedFlow expected;  ///< protocol 0: a name
  IpAddress client, address;
  std::uint32_t ttl_seconds;
  InlineText<255> name;
};

/// What the other workers learned; read by its owner. One ring per sender.
using NameInbox = std::vector<std::unique_ptr<SpscRing<LearnedName>>>;

/// Passes learned names and announced flows between workers that each have a source of their own (live capture): the
/// answer to a query and the flow that follows it may be on different cores. A full ring drops what was learned, which
/// is told and counted: the flow stays without it.
class NameExchange {
 public:
  static constexpr std::size_t kRingNames = 256;

  /// inboxes: one per worker; gets its rings here.
  explicit NameExchange(std::vector<NameInbox*> inboxes);
  /// Returns how many of the others had no room.
  std::size_t tell_others(std::size_t sender, const IpAddress& client, const IpAddress& address, std::string_view name,
                          std::uint32_t ttl_seconds) noexcept;
  std::size_t tell_others(std::size_t sender, const ExpectedFlow& expected) noexcept;

 private:
  template <class Write>
  std::size_t write_to_others(std::size_t sender, Write write) noexcept;

  std::vector<NameInbox*> inboxes_;
};

}  // namespace netpulse
