#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace netpulse {

/// A key that gives both directions of a flow the same Toeplitz hash, as cards compute it over addresses and ports: two
/// bytes repeated, so that each 16 bits of the input meet the same 32 bits of the key. A card takes as many bytes of it
/// as it wants (40, 52, ...). It spreads over 2^16 values only.
/// Source: Woo, Park: Scalable TCP Session Monitoring with Symmetric Receive-side Scaling (2012).
constexpr std::array<std::uint8_t, 256> symmetric_hash_key() noexcept {
  std::array<std::uint8_t, 256> key{};
  for (std::size_t i = 0; i < key.size(); ++i) key[i] = i % 2 == 0 ? 0x6d : 0x5a;
  return key;
}

}  // namespace netpulse
