#include "engine/analysis/name_patterns.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

namespace netpulse {
namespace {

bool matches(std::string_view pattern, std::string_view name) { return WildcardPattern(pattern).matches(name); }

TEST(WildcardPattern, AStarStandsForCharactersOfOneLabel) {
  EXPECT_TRUE(matches("cdn-*.example.net", "cdn-7.example.net"));
  EXPECT_TRUE(matches("cdn-*.example.net", "cdn-.example.net"));
  EXPECT_FALSE(matches("cdn-*.example.net", "cdn-7.eu.example.net"));
  EXPECT_FALSE(matches("cdn-*.example.net", "xcdn-7.example.net"));
  EXPECT_FALSE(matches("cdn-*.example.net", "cdn-7.example.net.org"));
  EXPECT_TRUE(matches("a*b*c", "axxbxbxc"));
}

TEST(WildcardPattern, AWholeLabelIsNotEmpty) {
  EXPECT_TRUE(matches("*.example.net", "a.example.net"));
  EXPECT_FALSE(matches("*.example.net", ".example.net"));
  EXPECT_FALSE(matches("*.example.net", "example.net"));
  EXPECT_FALSE(matches("a.*.b", "a..b"));
}

TEST(WildcardPattern, TwoStarsReachAcrossLabels) {
  EXPECT_TRUE(matches("api.**.example.net", "api.x.y.example.net"));
  EXPECT_FALSE(matches("api.**.example.net", "api..example.net.org"));
  EXPECT_TRUE(matches("api**net", "apinet"));
  EXPECT_TRUE(matches("api**net", "api.x.net"));
}

TEST(WildcardPattern, ManyStarsTakeNoTime) {
  std::string pattern;
  for (int i = 0; i < 60; ++i) pattern += "**a";
  EXPECT_TRUE(matches(pattern, std::string(255, 'a')));
  EXPECT_FALSE(matches(pattern + "b", std::string(255, 'a')));
  EXPECT_FALSE(matches("**", std::string(256, 'a')));  // no name
}

/// Few patterns are tried, many are in the library's database: both must say the same.
TEST(NamePatterns, FewAreMatchedAsTheLibraryMatchesMany) {
  std::mt19937 random(11);
  const auto text = [&](std::size_t bytes_max, std::string_view alphabet) {
    std::string made;
    for (std::size_t bytes = 1 + random() % bytes_max; bytes != 0; --bytes)
      made += alphabet[random() % alphabet.size()];
    return made;
  };
  std::size_t found = 0;
  for (int round = 0; round < 60; ++round) {
    std::vector<NameRule> rules(20);
    for (NameRule& rule : rules) {
      const bool keyword = random() % 5 == 0;
      rule.kind = keyword ? NameRuleKind::kKeyword : NameRuleKind::kPattern;
      rule.text = keyword ? text(3, "ab-") : text(7, "ab-.**");
      rule.application = 1;
    }
    auto few = NamePatterns::compile(rules), many = NamePatterns::compile(rules, 0);
    ASSERT_TRUE(few.ok() && many.ok());
    NamePatternScanner few_scanner(few.value()), many_scanner(many.value());
    const auto keep = [](void* user, std::uint32_t id, std::size_t) {
      static_cast<std::set<std::uint32_t>*>(user)->insert(id);
      return true;
    };
    for (int i = 0; i < 500; ++i) {
      const std::string name = text(9, "aab-.");
      std::set<std::uint32_t> tried, scanned;
      few_scanner.scan(name, keep, &tried);
      many_scanner.scan(name, keep, &scanned);
      ASSERT_EQ(tried, scanned) << name;
      found += tried.size();
    }
  }
  EXPECT_GT(found, 1000U);
}

}  // namespace
}  // namespace netpulse
