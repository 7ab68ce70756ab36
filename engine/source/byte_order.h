#pragma once

#include <bit>
#include <concepts>
#include <cstdint>
#include <cstring>

namespace netpulse {

/// The integer stored at `at` in the given byte order; the caller has checked that sizeof(T) bytes are there.
/// Capture files are written in the order of the machine that wrote them, which ByteCursor (network order) does not
/// fit.
template <std::unsigned_integral T, std::endian kOrder>
inline T load(const std::uint8_t* at) noexcept {
  T value;
  std::memcpy(&value, at, sizeof value);
  if constexpr (kOrder != std::endian::native) {
    if constexpr (sizeof(T) == 2) value = __builtin_bswap16(value);
    if constexpr (sizeof(T) == 4) value = __builtin_bswap32(value);
    if constexpr (sizeof(T) == 8) value = __builtin_bswap64(value);
  }
  return value;
}

}  // namespace netpulse
