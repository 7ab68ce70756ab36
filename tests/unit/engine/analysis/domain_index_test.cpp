#include "engine/analysis/domain_index.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>

namespace netpulse {
namespace {

using Kind = DomainEntry::Kind;

TEST(DomainIndex, FindsNothingWhenEmpty) {
  const DomainIndex index;
  EXPECT_EQ(index.find("example.com").application, 0);
  EXPECT_EQ(index.find("").application, 0);
}

TEST(DomainIndex, TellsHowMuchOfTheNameMatched) {
  const std::vector<DomainEntry> entries{
      {Kind::kDomain, 1, "example.com"}, {Kind::kHost, 2, "a.example.com"}, {Kind::kPatternTail, 0, "x.example.com"}};
  const DomainIndex index(entries);
  const DomainMatch below = index.find("b.example.com");
  EXPECT_EQ(below.application, 1);
  EXPECT_EQ(below.labels, 2);
  EXPECT_FALSE(below.exact);
  EXPECT_FALSE(below.patterns_below);
  EXPECT_TRUE(index.find("a.example.com").exact);
  EXPECT_TRUE(index.find("y.x.example.com").patterns_below);
  EXPECT_EQ(index.find("y.x.example.com").application, 1);
}

TEST(DomainIndex, LeavesOutNamesThatNoNameCanBe) {
  const std::string too_long(256, 'a');
  const std::vector<DomainEntry> entries{{Kind::kDomain, 1, ""}, {Kind::kDomain, 2, too_long}};
  const DomainIndex index(entries);
  EXPECT_EQ(index.find("").application, 0);
  EXPECT_EQ(index.find(too_long).application, 0);
}

/// What find() should say, by trying each suffix.
ApplicationId slow_find(const std::map<std::string, ApplicationId>& domains, const std::string& name) {
  for (std::size_t at = 0; at != std::string::npos && at < name.size();) {
    if (const auto found = domains.find(name.substr(at)); found != domains.end()) return found->second;
    const std::size_t dot = name.find('.', at);
    at = dot == std::string::npos ? dot : dot + 1;
  }
  return 0;
}

TEST(DomainIndex, AgreesWithTryingEachSuffix) {
  std::mt19937 random(1);
  const auto name = [&](std::size_t labels) {
    std::string text;
    for (std::size_t i = 0; i < labels; ++i) {
      if (i != 0) text += '.';
      for (std::size_t k = random() % 2 + 1; k > 0; --k) text += static_cast<char>('a' + random() % 3);
    }
    return text;
  };
  std::map<std::string, ApplicationId> domains;
  for (ApplicationId i = 1; i <= 500; ++i) domains[name(random() % 4 + 1)] = i;
  std::vector<DomainEntry> entries;
  for (const auto& [domain, application] : domains) entries.push_back({Kind::kDomain, application, domain});
  const DomainIndex index(entries);
  std::size_t found = 0;
  for (int i = 0; i < 20000; ++i) {
    const std::string wanted = name(random() % 6 + 1);
    const ApplicationId expected = slow_find(domains, wanted);
    EXPECT_EQ(index.find(wanted).application, expected) << wanted;
    found += expected != 0 ? 1 : 0;
  }
  EXPECT_GT(found, 1000);
}

}  // namespace
}  // namespace netpulse
