#include "plugins/common/shape_memo.h"

#include <gtest/gtest.h>

#include <vector>

namespace netpulse {
namespace {

using Memo = ShapeMemo<std::uint32_t, 2, 64>;
using KeyWords = std::vector<std::uint64_t>;

std::vector<std::uint64_t> words_of(const std::vector<std::vector<std::uint8_t>>& lists) {
  ShapeKey key;
  for (const std::vector<std::uint8_t>& list : lists) {
    key.begin_list();
    key.put(list);
    EXPECT_EQ(key.end_list(), list.size());
  }
  EXPECT_FALSE(key.full());
  return {key.words().begin(), key.words().end()};
}

/// A key whose hash has these high bits: all such share a set, and with all of them also a tag.
KeyWords key_with(std::uint64_t mask, std::uint64_t bits, std::uint64_t& number) {
  while (true) {
    const KeyWords key{++number};
    if ((shape_hash(key) & mask) == bits) return key;
  }
}
constexpr std::uint64_t kSetBit = std::uint64_t{1} << 32;

TEST(ShapeKey, PutsTheLengthInFrontOfAListAndZerosBehindIt) {
  const KeyWords words = words_of({{0xaa, 0xbb, 0xcc}, {}, {1, 2, 3, 4, 5, 6, 7}});
  ASSERT_EQ(words.size(), 4U);
  EXPECT_EQ(as_text({reinterpret_cast<const std::uint8_t*>(words.data()), 16}),
            std::string_view("\x03\x00\xaa\xbb\xcc\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00", 16));
  EXPECT_EQ(as_text({reinterpret_cast<const std::uint8_t*>(words.data() + 2), 16}),
            std::string_view("\x07\x00\x01\x02\x03\x04\x05\x06\x07\x00\x00\x00\x00\x00\x00\x00", 16));
}

TEST(ShapeKey, TellsListsApartThatDifferInZerosOrInTheirCut) {
  EXPECT_NE(words_of({{1}}), words_of({{1, 0}}));
  EXPECT_NE(words_of({{}}), words_of({{0, 0}}));
  EXPECT_NE(words_of({{1, 2}, {3}}), words_of({{1}, {2, 3}}));
  EXPECT_NE(words_of({{1}}), words_of({{1}, {}}));
}

TEST(ShapeKey, TakesWhatFitsToTheByteAndNoMore) {
  for (std::size_t bytes = 0; bytes <= ShapeKey::kBytesMax + 9; ++bytes) {
    const std::vector<std::uint8_t> list(bytes, 0xee);
    ShapeKey at_once, by_value;
    at_once.begin_list();
    at_once.put(list);
    at_once.end_list();
    by_value.begin_list();
    for (const std::uint8_t byte : list) by_value.put_value(byte);
    by_value.end_list();
    EXPECT_EQ(at_once.full(), bytes > ShapeKey::kBytesMax - 2) << bytes;
    EXPECT_EQ(by_value.full(), at_once.full()) << bytes;
  }
}

TEST(ShapeKey, RemainsFull) {
  ShapeKey key;
  key.begin_list();
  key.put(std::vector<std::uint8_t>(ShapeKey::kBytesMax - 2));
  EXPECT_EQ(key.end_list(), ShapeKey::kBytesMax - 2);
  EXPECT_FALSE(key.full());
  key.begin_list();
  EXPECT_TRUE(key.full());
  key.put_value(std::uint8_t{1});
  EXPECT_EQ(key.end_list(), 0U);
  EXPECT_TRUE(key.full());
}

TEST(ShapeHash, GoesOnWhereTheWordsBeforeEnded) {
  const KeyWords words{1, 2, 3};
  const ShapeKey::Words view = words;
  EXPECT_EQ(shape_hash(view.subspan(1), shape_hash(view.first(1))), shape_hash(view));
}

TEST(ShapeMemo, RemembersAValueByItsWholeKey) {
  Memo memo;
  const KeyWords key{1, 2}, other{1, 3}, longer{1, 2, 0};
  EXPECT_EQ(memo.find(key, 7), nullptr);
  memo.insert(key, 7, 42);
  ASSERT_NE(memo.find(key, 7), nullptr);
  EXPECT_EQ(*memo.find(key, 7), 42U);
  // The same hash, as somebody may arrange it: the bytes decide.
  EXPECT_EQ(memo.find(other, 7), nullptr);
  EXPECT_EQ(memo.find(longer, 7), nullptr);
  memo.insert(other, 7, 43);
  EXPECT_EQ(*memo.find(key, 7), 42U);
  EXPECT_EQ(*memo.find(other, 7), 43U);
}

TEST(ShapeMemo, WorksOutWhatItDoesNotRemember) {
  Memo memo;
  const KeyWords key{5};
  int calls = 0;
  const auto get = [&](bool good, std::uint32_t result) {
    std::uint32_t value = 0;
    const bool has = memo.get(key, shape_hash(key), value, [&](std::uint32_t& out) {
      ++calls;
      out = result;
      return good;
    });
    return has ? value : 0;
  };
  EXPECT_EQ(get(false, 1), 0U);  // a failure is not remembered
  EXPECT_EQ(get(true, 2), 2U);
  EXPECT_EQ(get(true, 3), 2U);
  EXPECT_EQ(calls, 2);
}

TEST(ShapeMemo, DoesNotKeepAKeyThatIsTooLong) {
  Memo memo;
  const KeyWords fits(8, 1), too_long(9, 1);
  memo.insert(fits, 1, 1);
  memo.insert(too_long, 2, 2);
  EXPECT_NE(memo.find(fits, 1), nullptr);
  EXPECT_EQ(memo.find(too_long, 2), nullptr);
}

TEST(ShapeMemo, GivesUpTheEntryOfAFullSetThatIsUsedLeast) {
  Memo memo;
  std::uint64_t number = 0;
  std::vector<KeyWords> keys;
  for (std::size_t i = 0; i < Memo::kWays; ++i) {
    keys.push_back(key_with(kSetBit, kSetBit, number));
    memo.insert(keys.back(), shape_hash(keys.back()), static_cast<std::uint32_t>(i));
  }
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (i == 5) continue;
    EXPECT_NE(memo.find(keys[i], shape_hash(keys[i])), nullptr);
  }
  const KeyWords one_more = key_with(kSetBit, kSetBit, number), of_other_set = key_with(kSetBit, 0, number);
  memo.insert(of_other_set, shape_hash(of_other_set), 98);
  memo.insert(one_more, shape_hash(one_more), 99);
  for (std::size_t i = 0; i < keys.size(); ++i)
    EXPECT_EQ(memo.find(keys[i], shape_hash(keys[i])) == nullptr, i == 5) << i;
  EXPECT_EQ(*memo.find(one_more, shape_hash(one_more)), 99U);
  EXPECT_EQ(*memo.find(of_other_set, shape_hash(of_other_set)), 98U);
}

TEST(ShapeMemo, KeepsWhatComesOftenThroughAFloodOfWhatComesOnce) {
  Memo memo;
  std::uint64_t number = 0;
  const KeyWords often = key_with(kSetBit, 0, number);
  memo.insert(often, shape_hash(often), 1);
  for (int i = 0; i < 2000; ++i) {
    if (i % 20 == 0) {
      ASSERT_NE(memo.find(often, shape_hash(often)), nullptr) << i;
    }
    const KeyWords once = key_with(kSetBit, 0, number);
    memo.insert(once, shape_hash(once), 2);
  }
}

TEST(ShapeMemo, ForgetsWhatWasUsedLongAgo) {
  Memo memo;
  std::uint64_t number = 0;
  std::vector<KeyWords> old;
  for (std::size_t i = 0; i < Memo::kWays; ++i) {
    old.push_back(key_with(kSetBit, 0, number));
    memo.insert(old.back(), shape_hash(old.back()), 1);
    for (int uses = 0; uses < 1000; ++uses) memo.find(old.back(), shape_hash(old.back()));
  }
  for (int i = 0; i < 2000; ++i) {
    const KeyWords once = key_with(kSetBit, 0, number);
    memo.insert(once, shape_hash(once), 2);
  }
  for (const KeyWords& key : old) EXPECT_EQ(memo.find(key, shape_hash(key)), nullptr);
}

}  // namespace
}  // namespace netpulse
