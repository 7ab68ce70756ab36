#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "engine/base/keyed_hash.h"
#include "engine/base/page_memory.h"
#include "engine/base/time.h"
#include "engine/packet/packet_view.h"

namespace netpulse {

struct FragmentTableStats {
  std::uint64_t tracked = 0;           ///< datagrams entered
  std::uint64_t matched = 0;           ///< later fragments counted with their datagram's flow
  std::uint64_t unmatched = 0;         ///< later fragments whose first was not seen (or was forgotten)
  std::uint64_t evicted = 0;           ///< datagrams pushed out while in use: the table was full
  std::uint64_t overlaps = 0;          ///< fragments that overlap another one of their datagram without being its copy
  std::uint64_t ranges_forgotten = 0;  ///< fragments whose place was not kept: overlaps with them go unseen
};

/// Which datagram a fragment belongs to: addresses as sent, not sorted. 48 bytes without padding bytes.
/// protocol is 0 in IPv6, where the identification alone is the key (RFC 8200 section 4.5).
struct alignas(16) FragmentKey {
  IpAddress src, dst;
  std::uint32_t identification = 0;
  std::uint32_t tunnel_id = 0;
  std::uint8_t protocol = 0;
  std::uint8_t ip_version = 0;
  Tunnel tunnel = Tunnel::kNone;
  std::uint8_t reserved = 0;
  std::uint32_t reserved2 = 0;

  friend bool operator==(const FragmentKey& a, const FragmentKey& b) noexcept {
    return std::memcmp(&a, &b, sizeof(FragmentKey)) == 0;
  }
};
static_assert(sizeof(FragmentKey) == 48);

/// The bytes of its datagram that a fragment carries.
struct FragmentExtent {
  std::uint32_t begin = 0;  ///< a multiple of 8
  std::uint32_t end = 0;    ///< <= 65535
  bool more = false;        ///< not the last one
};

/// Remembers the flow of fragmented datagrams (the first fragment has the ports), so that later ones count with it.
/// Bounded, set-associative, nothing is reassembled. Keyed as RFC 791 and RFC 8200 section 4.5 say.
class FragmentTable {
 public:
  static constexpr Duration kTimeout = Duration::from_seconds(30);

  struct Match {
    const FlowKey* flow = nullptr;  ///< the datagram's flow, if its first fragment was seen; valid until the next call
    Direction direction = Direction::kLoToHi;
    bool overlap = false;  ///< this fragment, or an earlier one of the datagram, overlaps another (RFC 5722)
  };

  /// datagrams_max: rounded down to a power of two of at least kWays; all memory is taken here, 144 bytes each.
  FragmentTable(const HashSeed& seed, std::size_t datagrams_max);
  ~FragmentTable();

  /// Notes a fragment of a datagram, which is entered if new; the oldest of its set makes room. now: packet time.
  Match note(const FragmentKey& key, const FragmentExtent& extent, Timestamp now) noexcept;
  /// Tells the flow of the datagram of the last note(), once its first fragment is decoded.
  void set_flow(const FlowKey& flow, Direction direction) noexcept;

  std::size_t datagrams_max() const noexcept;
  const FragmentTableStats& stats() const noexcept { return stats_; }

 private:
  static constexpr std::size_t kWays = 8;
  static constexpr std::size_t kRangesMax = 6;
  /// Offsets in units of 8 bytes, so that 65535 fits.
  struct Range {
    std::uint16_t begin = 0, end = 0;
  };
  struct Datagram {
    FragmentKey key;
    FlowKey flow;
    Timestamp first_seen;
    std::array<Range, kRangesMax> ranges;
    std::uint8_t ranges_count = 0;
    std::uint8_t ranges_merged = 0;  ///< bit per range: several fragments became one, copies cannot be told any more
    Direction direction = Direction::kLoToHi;
    bool in_use = false;
    bool has_flow = false;
    bool overlap = false;
    std::uint16_t last_end = 0;  ///< end of the last fragment in units; 0: not seen
  };
  struct Set {
    std::array<std::uint32_t, kWays> tags{};
  };

  Datagram* find(const FragmentKey& key, std::uint64_t hash) noexcept;
  Datagram& enter(const FragmentKey& key, std::uint64_t hash, Timestamp now) noexcept;
  bool add_range(Datagram& datagram, Range range) noexcept;
  static bool complete(const Datagram& datagram) noexcept;

  HashSeed seed_;
  std::size_t set_mask_;
  std::unique_ptr<Set[]> sets_;
  PageArray<Datagram> datagrams_;  ///< kWays to a set
  Datagram* last_ = nullptr;       ///< of the last note()
  FragmentTableStats stats_;
};

}  // namespace netpulse
