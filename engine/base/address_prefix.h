#pragma once

#include <cstdint>
#include <string_view>

#include "engine/base/ip_address.h"
#include "engine/base/result.h"

namespace netpulse {

/// A prefix of IPv4 or IPv6 addresses in CIDR notation (RFC 4632 section 3.1, RFC 4291 section 2.3).
struct AddressPrefix {
  IpAddress network;      ///< its first address
  std::uint8_t bits = 0;  ///< 0-128, of the IPv4-mapped form for IPv4 (96 + n)

  /// "192.0.2.0/24", "2001:db8::/32"; an address alone is that one host. Bits behind the prefix must be zero.
  static Result<AddressPrefix> parse(std::string_view text);
  bool contains(const IpAddress& address) const noexcept;
  IpAddress last() const noexcept;
};

}  // namespace netpulse
