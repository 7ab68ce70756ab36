// OpenSSL 3's EVP interface has no access to a digest's state between blocks.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "plugins/quic/sha256.h"

#include <openssl/sha.h>

#include <cstring>

#include "engine/base/assert.h"

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>
#endif

namespace netpulse {
namespace {

void compress_by_library(Sha256State& state, const Sha256Block& block) noexcept {
  SHA256_CTX context;
  static_assert(sizeof context.h == sizeof state);
  std::memcpy(context.h, state.data(), sizeof state);
  SHA256_Transform(&context, block.data());
  std::memcpy(state.data(), context.h, sizeof state);
}

#if defined(__x86_64__)

// The build may aim at processors without these instructions: each function that uses them says so.
#define NP_TARGET __attribute__((target("sha,sse4.1,ssse3")))

/// The fractional parts of the cube roots of the first 64 primes (FIPS 180-4 section 4.2.2).
alignas(16) constexpr std::uint32_t kRoundConstants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

/// The eight words as the instructions want them.
struct Halves {
  __m128i abef, cdgh;
};

NP_TARGET Halves load_halves(const Sha256State& state) noexcept {
  const __m128i low = _mm_loadu_si128(reinterpret_cast<const __m128i*>(state.data()));
  const __m128i high = _mm_loadu_si128(reinterpret_cast<const __m128i*>(state.data() + 4));
  const __m128i cdab = _mm_shuffle_epi32(low, 0xb1), efgh = _mm_shuffle_epi32(high, 0x1b);
  return {_mm_alignr_epi8(cdab, efgh, 8), _mm_blend_epi16(efgh, cdab, 0xf0)};
}
NP_TARGET void store_halves(const Halves& halves, Sha256State& state) noexcept {
  const __m128i feba = _mm_shuffle_epi32(halves.abef, 0x1b), dchg = _mm_shuffle_epi32(halves.cdgh, 0xb1);
  _mm_storeu_si128(reinterpret_cast<__m128i*>(state.data()), _mm_blend_epi16(feba, dchg, 0xf0));
  _mm_storeu_si128(reinterpret_cast<__m128i*>(state.data() + 4), _mm_alignr_epi8(dchg, feba, 8));
}

template <std::size_t kLanes>
NP_TARGET void compress_by_instructions(Sha256State* states, const Sha256Block* blocks) noexcept {
  constexpr int kWordsAtOnce = 4, kSteps = 64 / kWordsAtOnce;
  const __m128i big_endian = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
  Halves before[kLanes], now[kLanes];
  __m128i words[kLanes][kWordsAtOnce];  // the last 16 of the message schedule
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    now[lane] = before[lane] = load_halves(states[lane]);
    for (std::size_t i = 0; i < kWordsAtOnce; ++i)
      words[lane][i] =
          _mm_shuffle_epi8(_mm_loadu_si128(reinterpret_cast<const __m128i*>(blocks[lane].data() + 16 * i)), big_endian);
  }
#pragma GCC unroll 16
  for (int step = 0; step < kSteps; ++step) {
    const __m128i constants = _mm_load_si128(reinterpret_cast<const __m128i*>(&kRoundConstants[kWordsAtOnce * step]));
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      __m128i* const w = words[lane];
      __m128i& current = w[step & 3];
      if (step >= kWordsAtOnce) {
        const __m128i last = w[(step + 3) & 3], second_last = w[(step + 2) & 3];
        current =
            _mm_add_epi32(_mm_sha256msg1_epu32(current, w[(step + 1) & 3]), _mm_alignr_epi8(last, second_last, 4));
        current = _mm_sha256msg2_epu32(current, last);
      }
      const __m128i sum = _mm_add_epi32(current, constants);
      now[lane].cdgh = _mm_sha256rnds2_epu32(now[lane].cdgh, now[lane].abef, sum);
      now[lane].abef = _mm_sha256rnds2_epu32(now[lane].abef, now[lane].cdgh, _mm_shuffle_epi32(sum, 0x0e));
    }
  }
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    now[lane].abef = _mm_add_epi32(now[lane].abef, before[lane].abef);
    now[lane].cdgh = _mm_add_epi32(now[lane].cdgh, before[lane].cdgh);
    store_halves(now[lane], states[lane]);
  }
}

#undef NP_TARGET

#endif

}  // namespace

bool has_sha_instructions() noexcept {
#if defined(__x86_64__)
  constexpr unsigned kLeafExtended = 7, kShaBit = 1U << 29;
  unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
  return __get_cpuid_count(kLeafExtended, 0, &eax, &ebx, &ecx, &edx) != 0 && (ebx & kShaBit) != 0 &&
         __builtin_cpu_supports("sse4.1") && __builtin_cpu_supports("ssse3");
#else
  return false;
#endif
}

void sha256_compress(Sha256State* states, const Sha256Block* blocks, std::size_t lanes,
                     bool sha_instructions) noexcept {
  NP_ASSERT(lanes <= kSha256LanesMax);
#if defined(__x86_64__)
  if (sha_instructions) {
    if (lanes == 1) return compress_by_instructions<1>(states, blocks);
    if (lanes == 2) return compress_by_instructions<2>(states, blocks);
    return compress_by_instructions<3>(states, blocks);
  }
#endif
  for (std::size_t lane = 0; lane < lanes; ++lane) compress_by_library(states[lane], blocks[lane]);
}

}  // namespace netpulse
