#pragma once

#include <cstdint>
#include <cstring>

#include "engine/base/ip_address.h"

namespace netpulse {

/// What carried the innermost IP packet. The order is part of the key's bytes; names in tunnel_name().
enum class Tunnel : std::uint8_t {
  kNone,
  kGre,
  kErspan,
  kVxlan,
  kVxlanGpe,
  kGeneve,
  kGtpU,
  kIpIp,
  k6in4,
  k4in6,
  kTeredo,
  kL2tp,
  kPppoe,
  kMpls,
  kPptp,
  kAh,
  kCapwap,
  kOther,
  kCount
};
/// "none", "gre", "vxlan", ...
const char* tunnel_name(Tunnel tunnel) noexcept;

enum class Direction : std::uint8_t { kLoToHi = 0, kHiToLo = 1 };

/// The key of a two-way flow (RFC 5103): both endpoints in one sorted order, so one look-up finds both directions.
/// 48 bytes without padding bytes, compared and hashed as a block of memory.
struct alignas(16) FlowKey {
  IpAddress lo_addr;  ///< the endpoint (address, port) that sorts first
  IpAddress hi_addr;
  std::uint16_t lo_port = 0;  ///< host order; 0 where the protocol has no ports
  std::uint16_t hi_port = 0;
  std::uint8_t protocol = 0;    ///< IANA protocol number of the innermost packet
  std::uint8_t ip_version = 0;  ///< 4 or 6; 0: the packet belongs to no flow
  Tunnel tunnel = Tunnel::kNone;
  std::uint8_t reserved = 0;  ///< always 0
  /// VNI, GRE key: identifiers that are the same in both directions. Those that each end picks for itself
  /// (GTP-U TEID, L2TP session, PPTP call) stay 0 here and are in PacketView::tunnel_id, else a flow would split in
  /// two.
  std::uint32_t tunnel_id = 0;
  std::uint32_t reserved2 = 0;  ///< always 0

  /// Word by word without branches: a call to memcmp would cost more than the comparison.
  friend bool operator==(const FlowKey& a, const FlowKey& b) noexcept {
    const auto differs = [&](std::size_t word) {
      std::uint64_t x, y;
      std::memcpy(&x, reinterpret_cast<const char*>(&a) + word * sizeof x, sizeof x);
      std::memcpy(&y, reinterpret_cast<const char*>(&b) + word * sizeof y, sizeof y);
      return x ^ y;
    };
    return (differs(0) | differs(1) | differs(2) | differs(3) | differs(4) | differs(5)) == 0;
  }
};
static_assert(sizeof(FlowKey) == 48);

}  // namespace netpulse
