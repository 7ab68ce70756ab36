#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace netpulse {

/// A SHA-256 state between two blocks (FIPS 180-4 section 6.2), and a block of its input.
using Sha256State = std::array<std::uint32_t, 8>;
using Sha256Block = std::array<std::uint8_t, 64>;
inline constexpr Sha256State kSha256Start{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                          0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

/// Whether this processor has SHA instructions.
bool has_sha_instructions() noexcept;
inline constexpr std::size_t kSha256LanesMax = 3;
/// Works a block into each of 1 to kSha256LanesMax states that do not depend on each other: by the processor's
/// instructions they take together little longer than one, as each round waits for the one before. No allocation.
/// sha_instructions: as has_sha_instructions() says, or false to leave it to OpenSSL.
void sha256_compress(Sha256State* states, const Sha256Block* blocks, std::size_t lanes, bool sha_instructions) noexcept;

}  // namespace netpulse
