#include "engine/base/keyed_hash.h"

#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <cstdint>
#include <set>
#include <string>

namespace netpulse {
namespace {

struct alignas(16) Key {
  std::array<std::uint8_t, 48> bytes{};
};

TEST(KeyedHash, EveryBitOfTheKeyMovesAboutHalfOfTheHash) {
  const HashSeed seed = HashSeed::fixed(7);
  const Key key;
  const std::uint64_t before = keyed_hash_48(&key, seed);
  for (std::size_t bit = 0; bit < 384; ++bit) {
    Key changed;
    changed.bytes[bit / 8] = static_cast<std::uint8_t>(1U << bit % 8);
    const int moved = std::popcount(before ^ keyed_hash_48(&changed, seed));
    EXPECT_GT(moved, 10) << "bit " << bit;
    EXPECT_LT(moved, 54) << "bit " << bit;
  }
}

TEST(KeyedHash, EqualBlocksDoNotCancelOut) {
  const HashSeed seed = HashSeed::fixed(7);
  std::set<std::uint64_t> hashes;
  for (unsigned value = 0; value < 256; ++value) {
    Key key;
    for (std::size_t block = 0; block < 3; ++block) key.bytes[block * 16] = static_cast<std::uint8_t>(value);
    hashes.insert(keyed_hash_48(&key, seed));
  }
  EXPECT_EQ(hashes.size(), 256U);
}

TEST(KeyedHash, SwappingBlocksChangesIt) {
  const HashSeed seed = HashSeed::fixed(7);
  Key a, b;
  a.bytes[0] = 1;
  a.bytes[16] = 2;
  b.bytes[0] = 2;
  b.bytes[16] = 1;
  EXPECT_NE(keyed_hash_48(&a, seed), keyed_hash_48(&b, seed));
}

TEST(KeyedHash, AnotherSeedIsAnotherFunction) {
  const Key key;
  EXPECT_NE(keyed_hash_48(&key, HashSeed::from_system()), keyed_hash_48(&key, HashSeed::from_system()));
}

TEST(KeyedHash, TellsLengthsApart) {
  const HashSeed seed = HashSeed::fixed(3);
  std::set<std::uint64_t> hashes;
  const std::string zeros(200, '\0');
  for (std::size_t size = 0; size <= zeros.size(); ++size) hashes.insert(keyed_hash(zeros.data(), size, seed));
  EXPECT_EQ(hashes.size(), zeros.size() + 1);
}

TEST(KeyedHash, SipHashIsAFunctionOfWordsAndSeed) {
  const std::array<std::uint64_t, 2> words{1, 2};
  EXPECT_EQ(siphash_words(words, HashSeed::fixed(1)), siphash_words(words, HashSeed::fixed(1)));
  EXPECT_NE(siphash_words(words, HashSeed::fixed(1)), siphash_words(words, HashSeed::fixed(2)));
  const std::array<std::uint64_t, 2> swapped{2, 1};
  EXPECT_NE(siphash_words(words, HashSeed::fixed(1)), siphash_words(swapped, HashSeed::fixed(1)));
}

}  // namespace
}  // namespace netpulse
