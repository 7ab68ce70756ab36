#pragma once

#include <array>
#include <cstdint>

namespace netpulse {

/// UDP ports that may carry a tunnel.
namespace udp_port {
inline constexpr std::uint16_t kL2tp = 1701, kGtpU = 2152, kTeredo = 3544, kLispData = 4341, kVxlan = 4789,
                               kVxlanGpe = 4790, kCapwapData = 5247, kGeneve = 6081, kVxlanLinux = 8472;
}

namespace detail {
inline constexpr std::array kTunnelPorts{udp_port::kL2tp,       udp_port::kGtpU,   udp_port::kTeredo,
                                         udp_port::kLispData,   udp_port::kVxlan,  udp_port::kVxlanGpe,
                                         udp_port::kCapwapData, udp_port::kGeneve, udp_port::kVxlanLinux};
inline constexpr std::uint16_t kTunnelPortMin = udp_port::kL2tp, kTunnelPortMax = udp_port::kVxlanLinux;

inline constexpr auto kTunnelPortBits = [] {
  std::array<std::uint64_t, (kTunnelPortMax - kTunnelPortMin) / 64 + 1> bits{};
  for (const std::uint16_t port : kTunnelPorts) {
    const unsigned index = port - kTunnelPortMin;
    bits[index / 64] |= std::uint64_t{1} << index % 64;
  }
  return bits;
}();
}  // namespace detail

/// One compare for nearly all traffic: well-known and ephemeral ports lie outside of the range.
inline bool may_be_udp_tunnel(std::uint16_t port) noexcept {
  const unsigned index = static_cast<unsigned>(port) - detail::kTunnelPortMin;
  if (index > detail::kTunnelPortMax - detail::kTunnelPortMin) [[likely]]
    return false;
  return (detail::kTunnelPortBits[index / 64] >> index % 64 & 1) != 0;
}

}  // namespace netpulse
