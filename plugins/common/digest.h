#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace netpulse {

/// MD5 (RFC 1321) and SHA-256 (FIPS 180-4) of text. No allocation, no look-up of an algorithm.
void md5_digest(std::string_view text, std::array<std::uint8_t, 16>& out) noexcept;
void sha256_digest(std::string_view text, std::array<std::uint8_t, 32>& out) noexcept;

}  // namespace netpulse
