#include "engine/analysis/catalogue_review.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace netpulse {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr const char* kBundled = R"([[application]]
name = "A"
category = "C"
domains = ["example.com", "other.test"]
addresses = ["10.0.0.0/8"]

[[application]]
name = "B"
category = "C"
domains = ["one.example.com", "two.example.com"]
hosts = ["three.example.com"]
patterns = ["four-*.example.com"]
protocols = ["not-built"]
)";

/// What is told of a second file.
std::vector<std::string> told(const std::string& text) {
  const std::vector<Catalogue::Text> texts{{"one", kBundled}, {"two", text}};
  const Result<CatalogueRules> rules = read_catalogue_rules(texts);
  EXPECT_TRUE(rules.ok()) << (rules.ok() ? "" : rules.error().message);
  static constexpr std::string_view kProtocols[] = {"tls", "ssh"};
  std::vector<std::string> lines;
  for (const CatalogueNote& note : review_catalogue(rules.value(), 1, kProtocols))
    lines.push_back(rules.value().place_text(note.place) + ": " + note.text);
  return lines;
}

std::string mine(const std::string& rules) {
  return "[[application]]\nname = \"Mine\"\ncategory = \"C\"\n" + rules + "\n";
}

TEST(CatalogueReview, IsSilentOnWhatIsNew) {
  EXPECT_THAT(told(mine("domains = [\"mine.test\"]\nprotocols = [\"ssh\"]\naddresses = [\"11.0.0.0/8\"]")), IsEmpty());
  EXPECT_THAT(told(""), IsEmpty());
}

TEST(CatalogueReview, TellsWhatReplacesAndWhatStays) {
  EXPECT_THAT(told(mine("domains = [\"example.com\"]")),
              ElementsAre("two:4: domain 'example.com' belonged to 'A' (one:4); now to 'Mine'",
                          "two:4: names beneath 'example.com' that stay with other applications: 'three.example.com' "
                          "(B), 'one.example.com' (B), 'two.example.com' (B) and 1 more"));
}

TEST(CatalogueReview, TellsWhatRefinesAndWhatAddsNothing) {
  EXPECT_THAT(told(mine("hosts = [\"x.other.test\"]\npatterns = [\"a*.one.example.com\"]")),
              ElementsAre("two:4: 'x.other.test' takes names out of 'other.test' of 'A' (one:4)",
                          "two:5: 'a*.one.example.com' takes names out of 'one.example.com' of 'B' (one:10)"));
  EXPECT_THAT(told("[[application]]\nname = \"A\"\ndomains = [\"y.other.test\",\n\"other.test\"]\n"),
              ElementsAre("two:3: 'y.other.test' lies in 'other.test' of 'A' (two:4) already",
                          "two:4: domain 'other.test' belongs to 'A' already (one:4)"));
}

TEST(CatalogueReview, TellsWhereAKeywordDoesNotReach) {
  EXPECT_THAT(told(mine("keywords = [\"other\"]")),
              ElementsAre("two:4: keyword 'other' is in domains that stay with other applications: 'other.test' (A)"));
}

TEST(CatalogueReview, TellsOfAddressesInOthers) {
  EXPECT_THAT(told(mine("addresses = [\n\"10.1.0.0/16\",\n\"10.1.2.0/24\"]")),
              ElementsAre("two:5: '10.1.0.0/16' takes addresses out of '10.0.0.0/8' of 'A' (one:5)",
                          "two:6: '10.1.2.0/24' lies in '10.1.0.0/16' of 'Mine' (two:5) already"));
}

TEST(CatalogueReview, TellsOfUnknownProtocolsAndApplicationsWithoutRules) {
  EXPECT_THAT(told(mine("protocols = [\"shh\", \"tls/25\"]") + "[[application]]\nname = \"None\"\ncategory = \"C\"\n"),
              ElementsAre("two:4: this build has no protocol 'shh'; did you mean 'ssh'?",
                          "two:5: application 'None' has no rule: nothing will be named so"));
}

}  // namespace
}  // namespace netpulse
