#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/base/ip_address.h"
#include "engine/flow/flow_record.h"

namespace netpulse {

/// The first and the last address that share prefix_bits (0-128) with address.
IpAddress first_address(const IpAddress& address, unsigned prefix_bits) noexcept;
IpAddress last_address(const IpAddress& address, unsigned prefix_bits) noexcept;

/// A range of addresses. prefix_bits: 0-128, of the IPv4-mapped form for IPv4 (96 + n).
struct AddressRange {
  IpAddress network;
  std::uint8_t prefix_bits;
  ApplicationId application;
};

/// Address ranges to applications, the longest prefix first: nested ranges are flattened into intervals that do not
/// overlap, so a look-up is one binary search in an array of interval starts, for IPv4 among those of the first octet.
/// Immutable; any thread may look up.
class AddressIndex {
 public:
  AddressIndex() = default;
  /// Of two equal ranges the later wins.
  explicit AddressIndex(std::span<const AddressRange> ranges);

  /// The application of the longest range around address, or 0. No allocation.
  ApplicationId find(const IpAddress& address) const noexcept;
  bool empty() const noexcept { return v4_starts_.empty() && v6_starts_.empty(); }

 private:
  /// An interval begins at its start and ends before the next one; its application may be 0.
  std::vector<std::uint32_t> v4_starts_;  // host order
  /// By first octet: how many starts lie before it; the last for all of them.
  std::array<std::uint32_t, 257> v4_octets_{};
  std::vector<ApplicationId> v4_applications_;
  std::vector<IpAddress> v6_starts_;
  std::vector<ApplicationId> v6_applications_;
};

}  // namespace netpulse
