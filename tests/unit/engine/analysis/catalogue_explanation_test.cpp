#include "engine/analysis/catalogue_explanation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace netpulse {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr const char* kFirst = R"([[application]]
name = "A"
category = "C"
domains = ["example.com", "deep.sub.example.com"]
patterns = ["cdn-*.example.com", "**x"]
protocols = ["tls", "tls/853"]
ports = ["tcp/100-200"]
addresses = ["192.0.2.0/24", "2001:db8::/32"]

[[application]]
name = "B"
category = "C"
hosts = ["cdn-1.example.com"]
keywords = ["exam", "example"]
addresses = ["192.0.2.128/25"]
)";
constexpr const char* kSecond = R"([[application]]
name = "Mine"
category = "C"
domains = ["example.com"]
ports = ["tcp/150"]
)";

class Explained {
 public:
  Explained() {
    const std::vector<Catalogue::Text> texts{{"one", kFirst}, {"two", kSecond}};
    catalogue_.emplace(std::move(Catalogue::parse(texts)).value());
    explanation_.emplace(std::move(CatalogueExplanation::make(catalogue_->rules())).value());
  }
  const Catalogue& catalogue() const { return *catalogue_; }
  const CatalogueExplanation& explanation() const { return *explanation_; }
  /// "decides domain example.com of Mine at two:4"
  std::vector<std::string> told(const std::vector<RuleMatch>& matches) const {
    static constexpr const char* kStandings[] = {"decides", "loses", "replaced"};
    static constexpr const char* kKinds[] = {"host", "domain", "pattern", "keyword", "port", "protocol", "address"};
    std::vector<std::string> lines;
    for (const RuleMatch& match : matches)
      lines.push_back(std::string(kStandings[static_cast<int>(match.standing)]) + " " +
                      kKinds[static_cast<int>(match.kind)] + " " + match.rule + " of " +
                      catalogue_->applications()[match.application].name + " at " +
                      catalogue_->rules().place_text(match.place));
    return lines;
  }

 private:
  std::optional<Catalogue> catalogue_;
  std::optional<CatalogueExplanation> explanation_;
};

TEST(CatalogueExplanation, TellsWhoDecidesANameAndWhoElseKnowsIt) {
  const Explained all;
  EXPECT_THAT(
      all.told(all.explanation().of_name("cdn-1.example.com")),
      ElementsAre("decides host cdn-1.example.com of B at one:13", "loses pattern cdn-*.example.com of A at one:5",
                  "loses domain example.com of Mine at two:4", "loses keyword example of B at one:14",
                  "loses keyword exam of B at one:14", "replaced domain example.com of A at one:4"));
  EXPECT_THAT(all.told(all.explanation().of_name("box")), ElementsAre("decides pattern **x of A at one:5"));
  EXPECT_THAT(all.told(all.explanation().of_name("nobody.test")), IsEmpty());
  EXPECT_THAT(all.told(all.explanation().of_name("badexample.con")),
              ElementsAre("decides keyword example of B at one:14", "loses keyword exam of B at one:14"));
}

TEST(CatalogueExplanation, TellsPortsAddressesAndProtocols) {
  const Explained all;
  EXPECT_THAT(all.told(all.explanation().of_port(6, 150)),
              ElementsAre("decides port tcp/150 of Mine at two:5", "replaced port tcp/100-200 of A at one:7"));
  EXPECT_THAT(all.told(all.explanation().of_port(6, 151)), ElementsAre("decides port tcp/100-200 of A at one:7"));
  EXPECT_THAT(all.told(all.explanation().of_port(17, 150)), IsEmpty());
  EXPECT_THAT(all.told(all.explanation().of_address(*IpAddress::parse("192.0.2.200"))),
              ElementsAre("decides address 192.0.2.128/25 of B at one:15", "loses address 192.0.2.0/24 of A at one:8"));
  EXPECT_THAT(all.told(all.explanation().of_address(*IpAddress::parse("2001:db8::1"))),
              ElementsAre("decides address 2001:db8::/32 of A at one:8"));
  EXPECT_THAT(all.told(all.explanation().of_protocol("tls")),
              ElementsAre("decides protocol tls of A at one:6", "loses protocol tls/853 of A at one:6"));
}

TEST(CatalogueExplanation, DecidesAsTheMatcherDoes) {
  const Explained all;
  CatalogueMatcher matcher(all.catalogue());
  static constexpr const char* kParts[] = {"example", "com", "cdn-1", "cdn-", "deep", "sub", "x", "exam", "test"};
  std::mt19937 random(11);
  for (int i = 0; i < 20000; ++i) {
    std::string name;
    for (std::size_t labels = 1 + random() % 5; labels-- > 0;)
      name += std::string(name.empty() ? "" : ".") + kParts[random() % std::size(kParts)];
    const std::vector<RuleMatch> matches = all.explanation().of_name(name);
    const bool decided = !matches.empty() && matches.front().standing == RuleMatch::Standing::kDecides;
    ASSERT_EQ(matcher.match(name), decided ? matches.front().application : 0) << name;
  }
}

}  // namespace
}  // namespace netpulse
