#include "plugins/dns/dns_resolvers.h"

#include <algorithm>
#include <cstring>

#include "engine/base/bytes.h"
#include "engine/base/content_hash.h"

namespace netpulse {
namespace {

std::uint64_t rank_of(const IpAddress& address) noexcept { return content_hash(as_text(address.octets)); }

}  // namespace

void DnsResolver::add(const DnsResolver& other) noexcept {
  transactions += other.transactions;
  answered += other.answered;
  name_errors += other.name_errors;
  failures += other.failures;
  latency_nanoseconds_sum += other.latency_nanoseconds_sum;
  latency_nanoseconds_max = std::max(latency_nanoseconds_max, other.latency_nanoseconds_max);
}

DnsResolvers::DnsResolvers()
    : seed_(HashSeed::from_system()),
      slots_(kSlots, PageMemory::Pages::kNormal),
      resolvers_(kCapacity, PageMemory::Pages::kNormal),
      ranks_(kCapacity, PageMemory::Pages::kNormal) {}

std::uint32_t& DnsResolvers::slot_of(const IpAddress& address) noexcept {
  alignas(16) const std::array<IpAddress, 3> block{address};
  std::size_t slot = keyed_hash_48(&block, seed_) % kSlots;
  // More than half of the slots are free, so one ends the search.
  while (slots_[slot] != 0 && resolvers_[slots_[slot] - 1].address != address) slot = (slot + 1) % kSlots;
  return slots_[slot];
}

DnsResolver& DnsResolvers::find(const IpAddress& address) noexcept {
  if (limit_ != kNoLimit && rank_of(address) >= limit_) return others_;
  std::uint32_t* slot = &slot_of(address);
  if (*slot == 0) {
    if (count_ == kCapacity) [[unlikely]] {
      cut(limit_of_room());
      if (rank_of(address) >= limit_) return others_;
      slot = &slot_of(address);
    }
    *slot = static_cast<std::uint32_t>(++count_);
    resolvers_[*slot - 1] = {.address = address};
  }
  last_ = *slot - 1;
  return resolvers_[last_];
}

std::uint64_t DnsResolvers::limit_of_room() noexcept {
  if (count_ <= kResolversMax) return limit_;
  for (std::size_t i = 0; i < count_; ++i) ranks_[i] = rank_of(resolvers_[i].address);
  std::uint64_t* const first_out = &ranks_[kResolversMax];
  std::nth_element(ranks_.data(), first_out, ranks_.data() + count_);
  return std::min(limit_, *first_out);
}

void DnsResolvers::cut(std::uint64_t limit) noexcept {
  if (limit == kNoLimit) return;
  limit_ = std::min(limit_, limit);
  std::memset(slots_.data(), 0, kSlots * sizeof(std::uint32_t));
  const std::size_t count = count_;
  count_ = last_ = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const DnsResolver resolver = resolvers_[i];
    if (rank_of(resolver.address) >= limit_) {
      others_.add(resolver);
      continue;
    }
    std::uint32_t& slot = slot_of(resolver.address);
    resolvers_[count_] = resolver;
    slot = static_cast<std::uint32_t>(++count_);
  }
}

void DnsResolvers::merge(const DnsResolvers& other) noexcept {
  if (other.limit_ < limit_) cut(other.limit_);
  for (std::size_t i = 0; i < other.count_; ++i) find(other.resolvers_[i].address).add(other.resolvers_[i]);
  others_.add(other.others_);
}

std::vector<DnsResolver> DnsResolvers::busiest(std::size_t count_max) {
  cut(limit_of_room());
  const std::span all(resolvers_.data(), count_);
  std::vector<DnsResolver> listed(std::min(count_max, count_));
  const auto busier = [](const DnsResolver& a, const DnsResolver& b) {
    return a.transactions != b.transactions ? a.transactions > b.transactions : a.address < b.address;
  };
  std::partial_sort_copy(all.begin(), all.end(), listed.begin(), listed.end(), busier);
  DnsResolver rest = others_;
  if (listed.size() < count_)
    for (const DnsResolver& resolver : all)
      if (busier(listed.back(), resolver)) rest.add(resolver);
  if (rest.transactions != 0) listed.push_back(rest);
  return listed;
}

}  // namespace netpulse
