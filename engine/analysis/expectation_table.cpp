#include "engine/analysis/expectation_table.h"

#include <algorithm>
#include <bit>

namespace netpulse {

ExpectationTable::ExpectationTable(std::size_t entries_max, const HashSeed& seed)
    : seed_(seed),
      set_mask_(std::bit_ceil(std::max<std::size_t>(entries_max / kWays, 1)) - 1),
      entries_((set_mask_ + 1) * kWays, PageMemory::Pages::kNormal) {}

std::size_t ExpectationTable::set_of(const IpAddress& address, std::uint16_t port) const noexcept {
  alignas(16) std::array<IpAddress, 3> block{address};
  block[1].octets[0] = static_cast<std::uint8_t>(port >> 8);
  block[1].octets[1] = static_cast<std::uint8_t>(port & 0xff);
  return keyed_hash_48(&block, seed_) & set_mask_;
}

bool ExpectationTable::add(const ExpectedFlow& expected, Timestamp now) noexcept {
  if (expected.protocol == 0) return true;
  empty_ = false;
  ports_[expected.port / 64] |= std::uint64_t{1} << expected.port % 64;
  Entry* const set = &entries_[set_of(expected.address, expected.port) * kWays];
  Entry* place = set;
  bool same = false;
  for (std::size_t way = 0; way < kWays && !same; ++way) {
    Entry& entry = set[way];
    same = entry.flow.protocol != 0 && entry.flow.port == expected.port && entry.flow.address == expected.address;
    // A free way expired long ago.
    if (same || entry.expires_at < place->expires_at) place = &entry;
  }
  const bool lost = !same && place->flow.protocol != 0 && place->expires_at >= now;
  *place = {expected, now + kLifetime};
  return !lost;
}

const ExpectedFlow* ExpectationTable::look_up(const IpAddress& address, std::uint16_t port,
                                              Timestamp now) const noexcept {
  const Entry* const set = &entries_[set_of(address, port) * kWays];
  for (std::size_t way = 0; way < kWays; ++way) {
    const Entry& entry = set[way];
    if (entry.flow.protocol != 0 && entry.flow.port == port && entry.flow.address == address)
      return entry.expires_at < now ? nullptr : &entry.flow;
  }
  return nullptr;
}

}  // namespace netpulse
