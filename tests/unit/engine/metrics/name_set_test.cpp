#include "engine/metrics/name_set.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/content_hash.h"

namespace netpulse {
namespace {

std::string numbered(std::size_t i) { return "name" + std::to_string(i) + ".example"; }

MergedNames merged_one(NameSet& set) {
  set.settle();
  const std::array<const NameSet*, 1> sets{&set};
  return merged(sets);
}

/// What stays of these names by its definition: those with the smallest hashes, as many as there is room for.
TextList smallest(std::vector<std::string> names, std::size_t names_max, std::size_t bytes_max) {
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  std::sort(names.begin(), names.end(),
            [](const std::string& a, const std::string& b) { return content_hash(a) < content_hash(b); });
  std::size_t bytes = 0, count = 0;
  while (count < names.size() && count < names_max &&
         (bytes += names[count].size() + NameSet::kHeaderBytes) <= bytes_max)
    ++count;
  names.resize(count);
  std::sort(names.begin(), names.end());
  TextList kept;
  for (const std::string& name : names) kept.push_back(name);
  return kept;
}

TEST(NameSet, KeepsEachNameOnce) {
  NameSet set(10, 1000, HashSeed::fixed(1));
  set.insert("b.example");
  set.insert("a.example");
  set.insert("b.example");
  set.settle();
  EXPECT_EQ(set.size(), 2U);
  ASSERT_EQ(set.entries().size(), 2U);
  EXPECT_EQ(set.entries()[0].name, "b.example");
  EXPECT_EQ(set.entries()[0].observations, 2U);
  EXPECT_EQ(merged_one(set).names, (TextList{"a.example", "b.example"}));
  EXPECT_EQ(set.lost(), 0U);
}

TEST(NameSet, ThoseWithTheSmallestHashesStayInWhateverOrderTheyCame) {
  constexpr std::size_t kNames = 3000, kNamesMax = 100;
  for (const std::size_t bytes_max : {std::size_t{100'000}, std::size_t{1000}}) {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < kNames; ++i) names.push_back(numbered(i % 2000));
    const auto kept = smallest(names, kNamesMax, bytes_max);
    EXPECT_LT(kept.size(), bytes_max == 1000 ? 60 : 101);
    std::uint64_t lost = kNames;
    std::set<std::string_view> known;
    for (const std::string_view name : kept) known.insert(name);
    for (const std::string& name : names) lost -= known.count(name);
    for (const std::uint64_t seed : {1, 2}) {
      if (seed == 2) std::reverse(names.begin(), names.end());
      NameSet set(kNamesMax, bytes_max, HashSeed::fixed(seed));
      for (const std::string& name : names) set.insert(name);
      set.settle();
      EXPECT_LE(set.size(), kNamesMax * 3 / 2);
      const MergedNames found = merged_one(set);
      EXPECT_EQ(found.names, kept);
      EXPECT_EQ(set.lost() + found.lost, lost);
    }
  }
}

TEST(NameSet, SeveralTogetherHoldWhatOneWouldHaveKept) {
  constexpr std::size_t kNamesMax = 100, kBytesMax = 1900;
  NameSet one(kNamesMax, kBytesMax, HashSeed::fixed(1));
  for (const std::size_t parts : {2, 4}) {
    std::vector<std::unique_ptr<NameSet>> several;
    for (std::size_t i = 0; i < parts; ++i)
      several.push_back(std::make_unique<NameSet>(kNamesMax, kBytesMax, HashSeed::fixed(i + 7)));
    NameSet all(kNamesMax, kBytesMax, HashSeed::fixed(1));
    for (std::size_t i = 0; i < 1700; ++i) {
      // Some of them are found by several, and one finds little.
      const std::string name = numbered(i % 1300);
      all.insert(name);
      several[i % 50 == 0 ? 0 : 1 + i % (parts - 1)]->insert(name);
    }
    std::vector<const NameSet*> sets;
    std::uint64_t lost = 0;
    for (const auto& set : several) {
      set->settle();
      sets.push_back(set.get());
      lost += set->lost();
    }
    const MergedNames expected = merged_one(all), found = merged(sets);
    EXPECT_EQ(found.names, expected.names);
    EXPECT_EQ(lost + found.lost, all.lost() + expected.lost);
    EXPECT_GT(lost + found.lost, 1000U);
  }
}

TEST(NameSet, RefusesNamesLongerThanDnsAllows) {
  NameSet set(10, 10000, HashSeed::fixed(1));
  set.insert(std::string(255, 'x'));
  set.insert(std::string(256, 'x'));
  set.settle();
  EXPECT_EQ(set.size(), 1U);
  EXPECT_EQ(set.lost(), 1U);
}

TEST(NameSet, HasRoomForTheLongestNameHoweverSmallItIs) {
  NameSet set(1, 16, HashSeed::fixed(1));
  for (std::size_t i = 0; i < 50; ++i) set.insert(std::string(255, static_cast<char>('0' + i)));
  const MergedNames found = merged_one(set);
  EXPECT_TRUE(found.names.empty());
  EXPECT_EQ(set.lost() + found.lost, 50U);
}

TEST(NameSet, NamesAreSortedByBytesEachOnce) {
  using namespace std::string_view_literals;
  NameSet a(20, 1000, HashSeed::fixed(1)), b(20, 1000, HashSeed::fixed(2));
  for (const auto name : {"b.example"sv, "\xff"sv, "12345678b"sv, "12345678"sv, "a"sv}) a.insert(name);
  for (const auto name : {"12345678a"sv, "a\0"sv, "b.example"sv, ""sv, "12345678a"sv}) b.insert(name);
  a.settle();
  b.settle();
  const std::array<const NameSet*, 2> sets{&a, &b};
  EXPECT_EQ(merged(sets).names,
            (TextList{"", "12345678", "12345678a", "12345678b", "a", "a\0"sv, "b.example", "\xff"}));
}

}  // namespace
}  // namespace netpulse
