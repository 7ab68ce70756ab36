#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace netpulse {

/// MD5 of text by libcrypto; false if its providers have none (FIPS). The algorithm is looked up once per process, a
/// context kept per thread: no allocation after a thread's first call.
bool md5_digest(std::string_view text, std::array<std::uint8_t, 16>& out) noexcept;
/// SHA-256, likewise.
bool sha256_digest(std::string_view text, std::array<std::uint8_t, 32>& out) noexcept;

}  // namespace netpulse
