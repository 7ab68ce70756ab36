#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

#include "engine/packet/flow_key.h"
#include "engine/packet/load.h"

namespace netpulse {

/// The part of a FlowKey that does not depend on the order of its endpoints.
struct FlowKeyRest {
  std::uint8_t protocol = 0;
  std::uint8_t ip_version = 0;
  Tunnel tunnel = Tunnel::kNone;
  std::uint32_t tunnel_id = 0;
};

namespace detail {
/// Whole 16-byte stores: the hash reads the key back in such blocks, and a wider load than store would stall.
using KeyBlock = std::uint64_t __attribute__((vector_size(16)));

inline void store_key_block(void* to, std::uint64_t first, std::uint64_t second) noexcept {
  const KeyBlock block{first, second};
  std::memcpy(to, &block, sizeof block);
}

inline void write_key_tail(FlowKey& key, std::uint16_t lo_port, std::uint16_t hi_port,
                           const FlowKeyRest& rest) noexcept {
  if constexpr (std::endian::native == std::endian::little) {
    static_assert(offsetof(FlowKey, lo_port) == 32 && offsetof(FlowKey, tunnel_id) == 40);
    store_key_block(&key.lo_port,
                    lo_port | std::uint64_t{hi_port} << 16 | std::uint64_t{rest.protocol} << 32 |
                        std::uint64_t{rest.ip_version} << 40 | std::uint64_t(rest.tunnel) << 48,
                    rest.tunnel_id);
  } else {
    key.lo_port = lo_port;
    key.hi_port = hi_port;
    key.protocol = rest.protocol;
    key.ip_version = rest.ip_version;
    key.tunnel = rest.tunnel;
    key.reserved = 0;
    key.tunnel_id = rest.tunnel_id;
    key.reserved2 = 0;
  }
}
}  // namespace detail

/// Fills key with two IPv4 endpoints (4 address bytes each) in sorted order; returns the packet's direction.
inline Direction write_key_v4(FlowKey& key, const std::uint8_t* src, const std::uint8_t* dst, std::uint16_t src_port,
                              std::uint16_t dst_port, const FlowKeyRest& rest) noexcept {
  const std::uint64_t from = std::uint64_t{load_be32(src)} << 16 | src_port;
  const std::uint64_t to = std::uint64_t{load_be32(dst)} << 16 | dst_port;
  const std::uint64_t lo = from < to ? from : to;
  const std::uint64_t hi = from < to ? to : from;
  if constexpr (std::endian::native == std::endian::little) {
    const auto mapped = [](std::uint64_t endpoint) {
      const auto address = __builtin_bswap32(static_cast<std::uint32_t>(endpoint >> 16));
      return std::uint64_t{0xffff0000} | std::uint64_t{address} << 32;
    };
    detail::store_key_block(&key.lo_addr, 0, mapped(lo));
    detail::store_key_block(&key.hi_addr, 0, mapped(hi));
  } else {
    key.lo_addr = IpAddress::from_v4(from <= to ? src : dst);
    key.hi_addr = IpAddress::from_v4(from <= to ? dst : src);
  }
  detail::write_key_tail(key, static_cast<std::uint16_t>(lo), static_cast<std::uint16_t>(hi), rest);
  return from > to ? Direction::kHiToLo : Direction::kLoToHi;
}

/// The same for IPv6 endpoints (16 address bytes each).
inline Direction write_key_v6(FlowKey& key, const std::uint8_t* src, const std::uint8_t* dst, std::uint16_t src_port,
                              std::uint16_t dst_port, const FlowKeyRest& rest) noexcept {
  const std::uint64_t from_high = load_be64(src), from_low = load_be64(src + 8);
  const std::uint64_t to_high = load_be64(dst), to_low = load_be64(dst + 8);
  const bool swap = from_high != to_high ? from_high > to_high
                    : from_low != to_low ? from_low > to_low
                                         : src_port > dst_port;
  std::memcpy(&key.lo_addr, swap ? dst : src, 16);
  std::memcpy(&key.hi_addr, swap ? src : dst, 16);
  detail::write_key_tail(key, swap ? dst_port : src_port, swap ? src_port : dst_port, rest);
  return swap ? Direction::kHiToLo : Direction::kLoToHi;
}

}  // namespace netpulse
