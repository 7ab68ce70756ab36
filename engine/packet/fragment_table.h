#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "engine/base/keyed_hash.h"
#include "engine/base/time.h"
#include "engine/packet/packet_view.h"

namespace netpulse {

struct FragmentTableStats {
  std::uint64_t tracked = 0;    ///< datagrams entered
  std::uint64_t matched = 0;    ///< later fragments counted with their datagram's flow
  std::uint64_t unmatched = 0;  ///< later fragments whose first was not seen (or was forgotten)
  std::uint64_t evicted = 0;    ///< datagrams pushed out while in use: the table was full
};

/// Remembers the flow of fragmented datagrams (the first fragment has the ports), so that later ones count with it.
/// Bounded, set-associative, nothing is reassembled. Keyed as RFC 791 and RFC 8200 section 4.5 say.
class FragmentTable {
 public:
  static constexpr Duration kTimeout = Duration::from_seconds(30);

  FragmentTable(const HashSeed& seed, std::size_t datagrams_max);
  ~FragmentTable();

  const FragmentTableStats& stats() const noexcept { return stats_; }

 private:
  HashSeed seed_;
  FragmentTableStats stats_;
};

}  // namespace netpulse
