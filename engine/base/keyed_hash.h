#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

#if defined(__AES__) && defined(__x86_64__)
#include <immintrin.h>
#endif

namespace netpulse {

/// A secret for keyed_hash(), drawn from the system at start and never shown, so that nobody can aim keys at one
/// bucket.
struct HashSeed {
  alignas(16) std::array<std::uint64_t, 4> words{};

  static HashSeed from_system();
  /// For tests and benches that need the same table layout each time.
  static constexpr HashSeed fixed(std::uint64_t value) noexcept {
    return {{value, value ^ 0x9e3779b97f4a7c15, ~value, value * 0xff51afd7ed558ccd + 1}};
  }
};

/// A 64-bit keyed hash of bytes_count bytes. With AES instructions: AES rounds keyed by the seed, else a
/// SipHash-1-3 style permutation. Not a MAC; it keeps an attacker without the seed from building collisions.
std::uint64_t keyed_hash(const void* data, std::size_t bytes_count, const HashSeed& seed) noexcept;

/// SipHash-1-3 (Aumasson, Bernstein: SipHash, a fast short-input PRF; 2012) over whole 8-byte words.
template <std::size_t kWords>
std::uint64_t siphash_words(const std::array<std::uint64_t, kWords>& words, const HashSeed& seed) noexcept {
  const auto rotate = [](std::uint64_t x, int bits) { return x << bits | x >> (64 - bits); };
  std::uint64_t v0 = seed.words[0] ^ 0x736f6d6570736575, v1 = seed.words[1] ^ 0x646f72616e646f6d;
  std::uint64_t v2 = seed.words[0] ^ 0x6c7967656e657261, v3 = seed.words[1] ^ 0x7465646279746573;
  const auto round = [&] {
    v0 += v1;
    v1 = rotate(v1, 13) ^ v0;
    v0 = rotate(v0, 32);
    v2 += v3;
    v3 = rotate(v3, 16) ^ v2;
    v0 += v3;
    v3 = rotate(v3, 21) ^ v0;
    v2 += v1;
    v1 = rotate(v1, 17) ^ v2;
    v2 = rotate(v2, 32);
  };
  for (const std::uint64_t word : words) {
    v3 ^= word;
    round();
    v0 ^= word;
  }
  const std::uint64_t last = static_cast<std::uint64_t>(kWords * 8) << 56;
  v3 ^= last;
  round();
  v0 ^= last;
  v2 ^= 0xff;
  round();
  round();
  round();
  return v0 ^ v1 ^ v2 ^ v3;
}

/// The hash of a 48-byte key, inlined for the packet path. key: 16-byte aligned.
inline std::uint64_t keyed_hash_48(const void* key, const HashSeed& seed) noexcept {
#if defined(__AES__) && defined(__x86_64__)
  const auto* blocks = static_cast<const __m128i*>(key);
  const auto* secret = reinterpret_cast<const __m128i*>(seed.words.data());
  const __m128i k0 = _mm_load_si128(secret), k1 = _mm_load_si128(secret + 1);
  const __m128i k2 = _mm_xor_si128(k0, _mm_shuffle_epi32(k1, 0x4e));
  __m128i a = _mm_aesenc_si128(_mm_xor_si128(_mm_load_si128(blocks), k0), k1);
  __m128i b = _mm_aesenc_si128(_mm_xor_si128(_mm_load_si128(blocks + 1), k1), k2);
  __m128i c = _mm_aesenc_si128(_mm_xor_si128(_mm_load_si128(blocks + 2), k2), k0);
  // Rotating the lanes keeps equal blocks from cancelling out.
  a = _mm_aesenc_si128(_mm_xor_si128(a, _mm_shuffle_epi32(b, 0x39)), k1);
  a = _mm_aesenc_si128(_mm_xor_si128(a, _mm_shuffle_epi32(c, 0x93)), k2);
  a = _mm_aesenc_si128(_mm_aesenc_si128(a, k0), k1);
  return static_cast<std::uint64_t>(_mm_cvtsi128_si64(a));
#else
  std::array<std::uint64_t, 6> words;
  std::memcpy(words.data(), key, sizeof words);
  return siphash_words(words, seed);
#endif
}

}  // namespace netpulse
