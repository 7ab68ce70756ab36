#include "plugins/dns/dns_resolvers.h"

namespace netpulse {

DnsResolver& DnsResolvers::at(const IpAddress& address) noexcept {
  if (count_ != 0 && resolvers_[last_].address == address) return resolvers_[last_];
  std::size_t slot = keyed_hash(address.octets.data(), address.octets.size(), seed_) % kSlots;
  // Three of four slots are free at least.
  for (; slots_[slot] != 0; slot = (slot + 1) % kSlots) {
    const std::size_t index = slots_[slot] - 1U;
    if (resolvers_[index].address != address) continue;
    last_ = index;
    return resolvers_[index];
  }
  if (count_ == kResolversMax) return others_;
  last_ = count_++;
  slots_[slot] = static_cast<std::uint16_t>(count_);
  resolvers_[last_].address = address;
  return resolvers_[last_];
}

}  // namespace netpulse
