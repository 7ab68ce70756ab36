#include "engine/analysis/address_index.h"

#include <algorithm>

namespace netpulse {
namespace {

constexpr unsigned kMappedBits = 96;  // an IPv4 address is the end of an IPv4-mapped one

struct Interval {
  IpAddress start;
  ApplicationId application;
};

/// The address behind this one; false if there is none.
bool increment(IpAddress& address) noexcept {
  for (auto octet = address.octets.rbegin(); octet != address.octets.rend(); ++octet)
    if (++*octet != 0) return true;
  return false;
}

std::uint32_t v4_number(const IpAddress& address) noexcept {
  const std::uint8_t* last = &address.octets[12];
  return std::uint32_t{last[0]} << 24 | std::uint32_t{last[1]} << 16 | std::uint32_t{last[2]} << 8 | last[3];
}

/// ranges: sorted by network, the wider first. Prefixes nest or are apart, so a stack tells what goes on where one
/// ends.
std::vector<Interval> flattened(std::span<const AddressRange> ranges) {
  std::vector<Interval> intervals;
  const auto begin_interval = [&](const IpAddress& start, ApplicationId application) {
    if (!intervals.empty() && intervals.back().start == start)
      intervals.back().application = application;
    else
      intervals.push_back({start, application});
  };
  std::vector<const AddressRange*> open;
  const auto close_one = [&] {
    IpAddress behind = last_address(open.back()->network, open.back()->prefix_bits);
    open.pop_back();
    if (increment(behind)) begin_interval(behind, open.empty() ? ApplicationId{0} : open.back()->application);
  };
  for (const AddressRange& range : ranges) {
    while (!open.empty() && last_address(open.back()->network, open.back()->prefix_bits) < range.network) close_one();
    begin_interval(range.network, range.application);
    open.push_back(&range);
  }
  while (!open.empty()) close_one();
  return intervals;
}

}  // namespace

IpAddress first_address(const IpAddress& address, unsigned prefix_bits) noexcept {
  IpAddress first = address;
  for (unsigned bit = prefix_bits; bit < first.octets.size() * 8; bit = bit / 8 * 8 + 8)
    first.octets[bit / 8] &= static_cast<std::uint8_t>(0xff00U >> bit % 8);
  return first;
}

IpAddress last_address(const IpAddress& address, unsigned prefix_bits) noexcept {
  IpAddress last = address;
  for (unsigned bit = prefix_bits; bit < last.octets.size() * 8; bit = bit / 8 * 8 + 8)
    last.octets[bit / 8] |= static_cast<std::uint8_t>(0xffU >> bit % 8);
  return last;
}

AddressIndex::AddressIndex(std::span<const AddressRange> ranges) {
  std::vector<AddressRange> v4, v6;
  for (const AddressRange& range : ranges)
    (range.prefix_bits >= kMappedBits && range.network.is_v4_mapped() ? v4 : v6).push_back(range);
  for (std::vector<AddressRange>* family : {&v4, &v6})
    std::stable_sort(family->begin(), family->end(), [](const AddressRange& a, const AddressRange& b) {
      return a.network == b.network ? a.prefix_bits < b.prefix_bits : a.network < b.network;
    });
  for (const Interval& interval : flattened(v4)) {
    // What lies behind the last IPv4 address is not asked for here.
    if (!interval.start.is_v4_mapped()) continue;
    v4_starts_.push_back(v4_number(interval.start));
    v4_applications_.push_back(interval.application);
    ++v4_octets_[(v4_starts_.back() >> 24) + 1];
  }
  for (std::size_t octet = 1; octet < v4_octets_.size(); ++octet) v4_octets_[octet] += v4_octets_[octet - 1];
  for (const Interval& interval : flattened(v6)) {
    v6_starts_.push_back(interval.start);
    v6_applications_.push_back(interval.application);
  }
}

ApplicationId AddressIndex::find(const IpAddress& address) const noexcept {
  if (address.is_v4_mapped()) {
    const std::uint32_t number = v4_number(address);
    const std::uint32_t* const starts = v4_starts_.data();
    const std::size_t octet = number >> 24;
    const std::uint32_t* const behind =
        std::upper_bound(starts + v4_octets_[octet], starts + v4_octets_[octet + 1], number);
    return behind == starts ? ApplicationId{0} : v4_applications_[static_cast<std::size_t>(behind - starts) - 1];
  }
  const auto behind = std::upper_bound(v6_starts_.begin(), v6_starts_.end(), address);
  return behind == v6_starts_.begin() ? ApplicationId{0}
                                      : v6_applications_[static_cast<std::size_t>(behind - v6_starts_.begin()) - 1];
}

}  // namespace netpulse
