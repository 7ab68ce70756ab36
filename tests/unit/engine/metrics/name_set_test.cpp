#include "engine/metrics/name_set.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace netpulse {
namespace {

TEST(NameSet, KeepsEachNameOnce) {
  NameSet set(10, 1000, HashSeed::fixed(1));
  EXPECT_TRUE(set.insert("a.example"));
  EXPECT_TRUE(set.insert("b.example"));
  EXPECT_TRUE(set.insert("a.example"));
  EXPECT_EQ(set.size(), 2U);
  auto names = set.names();
  std::sort(names.begin(), names.end());
  EXPECT_EQ(names, (std::vector<std::string_view>{"a.example", "b.example"}));
}

TEST(NameSet, FromTheFirstNameThatDoesNotFitItTakesNoMore) {
  NameSet by_count(3, 1000, HashSeed::fixed(1));
  for (const char* name : {"a", "b", "c"}) EXPECT_TRUE(by_count.insert(name));
  EXPECT_FALSE(by_count.insert("d"));
  EXPECT_FALSE(by_count.insert("b"));
  EXPECT_EQ(by_count.size(), 3U);
  NameSet by_bytes(100, 10, HashSeed::fixed(1));
  EXPECT_TRUE(by_bytes.insert("12345678"));
  EXPECT_FALSE(by_bytes.insert("123"));
  EXPECT_EQ(by_bytes.size(), 1U);
}

TEST(NameSet, RefusesNamesLongerThanDnsAllows) {
  NameSet set(10, 10000, HashSeed::fixed(1));
  EXPECT_TRUE(set.insert(std::string(255, 'x')));
  EXPECT_FALSE(set.insert(std::string(256, 'x')));
}

TEST(NameSet, NamesAreSortedByBytesEachOnce) {
  using namespace std::string_view_literals;
  const std::vector<std::string_view> names{"b.example", "\xff",  "12345678b", "12345678", "a",
                                            "12345678a", "a\0"sv, "b.example", "",         "12345678a"};
  EXPECT_EQ(sorted_once(names), (std::vector<std::string>{"", "12345678", "12345678a", "12345678b", "a",
                                                          std::string("a\0", 2), "b.example", "\xff"}));
  EXPECT_TRUE(sorted_once({}).empty());
}

}  // namespace
}  // namespace netpulse
