#pragma once

#include "engine/base/bytes.h"

namespace netpulse {

/// Little-endian fields of a cursor, which reads network order by itself.
inline std::uint16_t take_u16_little_endian(ByteCursor& cursor) noexcept {
  const std::uint16_t low = cursor.u8();
  const std::uint16_t high = cursor.u8();
  return static_cast<std::uint16_t>(high << 8 | low);
}
inline std::uint32_t take_u32_little_endian(ByteCursor& cursor) noexcept {
  const std::uint32_t low = take_u16_little_endian(cursor);
  const std::uint32_t high = take_u16_little_endian(cursor);
  return high << 16 | low;
}

}  // namespace netpulse
