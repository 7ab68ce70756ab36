#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace netpulse {

/// Read-only bytes that belong to somebody else: a packet, a file block, a stream prefix.
using Bytes = std::span<const std::uint8_t>;

/// The same bytes as text; the view lives as long as the bytes do.
inline std::string_view as_text(Bytes bytes) noexcept {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
inline Bytes as_bytes(std::string_view text) noexcept {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

/// Reads network-order fields one after the other, never past the end.
/// The first read that does not fit marks the cursor failed; from then on every read gives zero or an empty span, so a
/// parser can read a whole header and ask failed() once before it uses a value.
class ByteCursor {
 public:
  constexpr explicit ByteCursor(Bytes bytes) noexcept : data_(bytes.data()), size_(bytes.size()) {}

  constexpr bool failed() const noexcept { return failed_; }
  constexpr std::size_t position() const noexcept { return position_; }
  constexpr std::size_t remaining() const noexcept { return failed_ ? 0 : size_ - position_; }
  constexpr bool at_end() const noexcept { return remaining() == 0; }

  constexpr std::uint8_t u8() noexcept { return static_cast<std::uint8_t>(big_endian(1)); }
  constexpr std::uint16_t u16() noexcept { return static_cast<std::uint16_t>(big_endian(2)); }
  constexpr std::uint32_t u24() noexcept { return static_cast<std::uint32_t>(big_endian(3)); }
  constexpr std::uint32_t u32() noexcept { return static_cast<std::uint32_t>(big_endian(4)); }
  constexpr std::uint64_t u64() noexcept { return big_endian(8); }

  /// The next count bytes, or an empty span and failure.
  constexpr Bytes take(std::size_t count) noexcept {
    if (!reserve(count)) return {};
    const Bytes taken(data_ + position_, count);
    position_ += count;
    return taken;
  }
  /// All that is left; never fails.
  constexpr Bytes take_rest() noexcept { return take(remaining()); }
  constexpr void skip(std::size_t count) noexcept {
    if (reserve(count)) position_ += count;
  }
  /// A vector with a length in front of it (RFC 8446 section 3.4).
  constexpr Bytes take_u8_length() noexcept { return take(u8()); }
  constexpr Bytes take_u16_length() noexcept { return take(u16()); }
  constexpr Bytes take_u24_length() noexcept { return take(u24()); }

  constexpr void fail() noexcept { failed_ = true; }

 private:
  constexpr bool reserve(std::size_t count) noexcept {
    if (failed_ || count > size_ - position_) {
      failed_ = true;
      return false;
    }
    return true;
  }
  constexpr std::uint64_t big_endian(std::size_t count) noexcept {
    if (!reserve(count)) return 0;
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < count; ++i) value = value << 8 | data_[position_ + i];
    position_ += count;
    return value;
  }

  const std::uint8_t* data_;
  std::size_t size_;
  std::size_t position_ = 0;
  bool failed_ = false;
};

}  // namespace netpulse
