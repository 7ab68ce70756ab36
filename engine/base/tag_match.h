#pragma once

#include <cstddef>
#include <cstdint>

#if defined(__SSE2__)
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

}  // namespace netpulse
