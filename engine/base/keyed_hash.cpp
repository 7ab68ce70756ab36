#include "engine/base/keyed_hash.h"

#include <sys/random.h>

#include "engine/base/assert.h"

namespace netpulse {

HashSeed HashSeed::from_system() {
  HashSeed seed;
  NP_ASSERT(getrandom(seed.words.data(), sizeof seed.words, 0) == static_cast<ssize_t>(sizeof seed.words));
  return seed;
}

std::uint64_t keyed_hash(const void* data, std::size_t bytes_count, const HashSeed& seed) noexcept {
  const auto* next = static_cast<const std::uint8_t*>(data);
  alignas(16) std::array<std::uint64_t, 6> block{};
  std::uint64_t chained = bytes_count;
  // The chain value goes into the first word, so each block's hash depends on all before it.
  do {
    const std::size_t taken = bytes_count < 40 ? bytes_count : 40;
    block.fill(0);
    block[0] = chained;
    if (taken != 0) std::memcpy(&block[1], next, taken);
    chained = keyed_hash_48(block.data(), seed);
    next += taken;
    bytes_count -= taken;
  } while (bytes_count != 0);
  return chained;
}

}  // namespace netpulse
