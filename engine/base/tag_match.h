#pragma once

#include <cstddef>
#include <cstdint>

#if defined(__SSE4_1__)
#include <smmintrin.h>
#elif defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace netpulse {

/// Which of a bucket's eight tags equal tag: one bit each, the first in the lowest. tags: 16-byte aligned.
[[gnu::always_inline]] inline unsigned matching_tags(const std::uint16_t (&tags)[8], std::uint16_t tag) noexcept {
#if defined(__SSE2__)
  const __m128i loaded = _mm_load_si128(reinterpret_cast<const __m128i*>(tags));
  const __m128i equal = _mm_cmpeq_epi16(loaded, _mm_set1_epi16(static_cast<short>(tag)));
  // Packing to bytes gives one mask bit per tag.
  return static_cast<unsigned>(_mm_movemask_epi8(_mm_packs_epi16(equal, _mm_setzero_si128())));
#else
  unsigned mask = 0;
  for (std::size_t i = 0; i < 8; ++i) mask |= (tags[i] == tag ? 1U : 0U) << i;
  return mask;
#endif
}

/// The first of the smallest of eight weights among those whose tag, under mask, is wanted; 8 if there is none.
/// weights: below 0xffff. Both 16-byte aligned.
[[gnu::always_inline]] inline std::size_t smallest_weight(const std::uint16_t (&weights)[8],
                                                          const std::uint16_t (&tags)[8], std::uint16_t mask,
                                                          std::uint16_t wanted) noexcept {
#if defined(__SSE4_1__)
  const __m128i masked =
      _mm_and_si128(_mm_load_si128(reinterpret_cast<const __m128i*>(tags)), _mm_set1_epi16(static_cast<short>(mask)));
  const __m128i others =
      _mm_xor_si128(_mm_cmpeq_epi16(masked, _mm_set1_epi16(static_cast<short>(wanted))), _mm_set1_epi16(-1));
  const __m128i loaded = _mm_load_si128(reinterpret_cast<const __m128i*>(weights));
  // The minimum lies in the lowest 16 bits, its position in the next three.
  const auto found = static_cast<std::uint32_t>(_mm_cvtsi128_si32(_mm_minpos_epu16(_mm_or_si128(loaded, others))));
  return (found & 0xffff) == 0xffff ? 8 : found >> 16;
#else
  std::size_t found = 8;
  for (std::size_t i = 0; i < 8; ++i)
    if ((tags[i] & mask) == wanted && (found == 8 || weights[i] < weights[found])) found = i;
  return found;
#endif
}

}  // namespace netpulse
