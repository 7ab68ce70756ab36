#pragma once

#include <cstdint>

#include "engine/base/ip_address.h"

namespace netpulse {

/// Why an address is in no country. The registries' entries that are globally reachable (AS112, AMT, ...) are kNone.
enum class SpecialAddressKind : std::uint8_t {
  kNone,  ///< a global address, or one that carries it (NAT64, RFC 6052)
  kUnspecified,
  kThisNetwork,
  kPrivate,
  kSharedAddressSpace,
  kUniqueLocal,
  kLoopback,
  kLinkLocal,
  kMulticast,
  kBroadcast,
  kDocumentation,
  kBenchmarking,
  kDiscardOnly,
  kSixToFour,
  kTeredo,
  kOrchid,
  kSegmentRouting,
  kReserved,
  kCount
};

/// "none", "private", "loopback", "link_local", "multicast", ...
const char* special_address_kind_name(SpecialAddressKind kind) noexcept;

/// Source: RFC 6890 and IANA's registries of IPv4 and IPv6 special-purpose addresses that it set up; RFC 5771 and
/// RFC 4291 section 2.7 (multicast).
SpecialAddressKind special_address_kind(const IpAddress& address) noexcept;

/// The address whose place is meant: the IPv4 address inside NAT64's well-known prefix 64:ff9b::/96 (RFC 6052
/// section 2.1), else the address itself.
IpAddress address_to_place(const IpAddress& address) noexcept;

}  // namespace netpulse
