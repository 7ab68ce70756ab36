#include "engine/analysis/signature_set.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "engine/analysis/pattern_matcher.h"
#include "plugins/registry.h"

namespace netpulse {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<std::size_t> members(AnalyzerMask mask) {
  std::vector<std::size_t> all;
  for (; !mask.empty(); mask.remove(mask.first())) all.push_back(mask.first());
  return all;
}

std::vector<std::size_t> matches(const std::vector<std::string>& expressions, std::string_view payload) {
  SignatureSet set;
  for (std::size_t i = 0; i < expressions.size(); ++i) {
    const Result<void> added = set.add(expressions[i], i);
    EXPECT_TRUE(added.ok()) << (added.ok() ? "" : added.error().message);
  }
  return members(set.match(as_bytes(payload)));
}

std::string refusal(std::string_view expression) {
  SignatureSet set;
  const Result<void> added = set.add(expression, 0);
  return added.ok() ? "" : added.error().message;
}

TEST(SignatureSet, FindsThoseThatThePayloadBeginsWith) {
  const std::vector<std::string> expressions{"^SSH-", "^(GET|PUT) ", R"(^\x16\x03[\x00-\x04])", "^S"};
  EXPECT_THAT(matches(expressions, "SSH-2.0"), ElementsAre(0, 3));
  EXPECT_THAT(matches(expressions, "SSH"), ElementsAre(3));
  EXPECT_THAT(matches(expressions, "PUT /"), ElementsAre(1));
  EXPECT_THAT(matches(expressions, "GUT /"), IsEmpty());
  EXPECT_THAT(matches(expressions, "\x16\x03\x04x"), ElementsAre(2));
  EXPECT_THAT(matches(expressions, "\x16\x03\x05x"), IsEmpty());
  EXPECT_THAT(matches(expressions, " SSH-"), IsEmpty());
}

TEST(SignatureSet, ComparesTheBytesBehindTheTablesToo) {
  const std::vector<std::string> expressions{"^.{16}[ab].x", "^Content-(Type|Length):", R"(^a.{3}b\.)"};
  EXPECT_THAT(matches(expressions, "0123456789abcdefb-x"), ElementsAre(0));
  EXPECT_THAT(matches(expressions, "0123456789abcdefb-"), IsEmpty());
  EXPECT_THAT(matches(expressions, "0123456789abcdefc-x"), IsEmpty());
  EXPECT_THAT(matches(expressions, "Content-Length: 1"), ElementsAre(1));
  EXPECT_THAT(matches(expressions, "Content-Type"), IsEmpty());
  EXPECT_THAT(matches(expressions, std::string_view("a\0\xff\nb.", 6)), ElementsAre(2));
}

TEST(SignatureSet, AnOptionalByteGivesTwoSignatures) {
  const std::vector<std::string> expressions{R"(^a[\x00-\x7f]?bc)"};
  EXPECT_THAT(matches(expressions, "abc"), ElementsAre(0));
  EXPECT_THAT(matches(expressions, "aXbc"), ElementsAre(0));
  EXPECT_THAT(matches(expressions, "aXXbc"), IsEmpty());
}

TEST(SignatureSet, AClassMayBeTurnedRound) {
  EXPECT_THAT(matches({R"(^[^a-c\x00])"}, "d"), ElementsAre(0));
  EXPECT_THAT(matches({R"(^[^a-c\x00])"}, "b"), IsEmpty());
  EXPECT_THAT(matches({"^[a-]"}, "-"), ElementsAre(0));
}

TEST(SignatureSet, SaysWhatIsWrong) {
  EXPECT_THAT(refusal("SSH"), HasSubstr("does not begin with ^"));
  EXPECT_THAT(refusal("^"), HasSubstr("is empty"));
  EXPECT_THAT(refusal("^a?"), HasSubstr("is empty"));
  EXPECT_THAT(refusal("^a*"), HasSubstr("needs a \\"));
  EXPECT_THAT(refusal("^a|b"), HasSubstr("unexpected '|'"));
  EXPECT_THAT(refusal("^(a"), HasSubstr("lacks a )"));
  EXPECT_THAT(refusal("^[a"), HasSubstr("lacks a ]"));
  EXPECT_THAT(refusal("^[b-a]"), HasSubstr("backwards"));
  EXPECT_THAT(refusal("^a{2,3}"), HasSubstr("not {n}"));
  EXPECT_THAT(refusal("^.{65}"), HasSubstr("longer than 64"));
  EXPECT_THAT(refusal("^\\x4"), HasSubstr("two hexadecimal digits"));
  EXPECT_THAT(refusal("^\\d"), HasSubstr("stands for nothing"));
  EXPECT_THAT(refusal("^a\\"), HasSubstr("stands for nothing"));
  EXPECT_THAT(refusal("^((((((((((a))))))))))"), HasSubstr("too many groups"));
  EXPECT_THAT(refusal("^(a|b){9}"), HasSubstr("too many signatures"));
}

TEST(SignatureSet, TellsWhenItIsFull) {
  SignatureSet set;
  for (std::size_t i = 0; i < SignatureSet::kSignaturesMax / 2; ++i) ASSERT_TRUE(set.add("^(a|b)", 1).ok());
  EXPECT_THAT(set.add("^c", 1).error().message, HasSubstr("at most 256"));
}

/// libhs is the oracle: the same signatures, on payloads that begin like one of them and are changed here and there.
TEST(SignatureSet, AgreesWithThePatternLibraryOnTheSignaturesOfAllAnalyzers) {
  SignatureSet set;
  std::vector<PatternSource> patterns;
  const std::span<const AnalyzerEntry> analyzers = registered_analyzers();
  for (std::size_t i = 0; i < analyzers.size(); ++i) {
    for (const Pattern& pattern : analyzers[i].patterns) {
      const Result<void> added = set.add(pattern.expression, i);
      ASSERT_TRUE(added.ok()) << added.error().message;
      patterns.push_back({.expression = pattern.expression, .id = static_cast<std::uint32_t>(i)});
    }
  }
  Result<PatternDatabase> database = PatternDatabase::compile(patterns);
  ASSERT_TRUE(database.ok());
  PatternScanner scanner(database.value());
  std::mt19937 random(11);
  // Bytes that signatures are made of come up more often than others.
  std::string alphabet;
  for (const PatternSource& pattern : patterns) alphabet += pattern.expression;
  const auto byte = [&]() -> char {
    switch (random() % 4) {
      case 0:
        return static_cast<char>(random());
      case 1:
        return static_cast<char>(random() % 8);
      case 2:
        return '\0';
      default:
        return alphabet[random() % alphabet.size()];
    }
  };
  std::size_t matched = 0;
  for (int i = 0; i < 400'000; ++i) {
    std::string payload(1 + random() % 40, '\0');
    for (char& c : payload) c = byte();
    if (const std::string_view text = patterns[random() % patterns.size()].expression; random() % 2 == 0) {
      // The expression itself, as far as it is plain, makes a near miss or a match.
      const std::size_t plain = std::min(text.find_first_of("[(\\.{?"), text.size());
      payload.replace(0, std::min(plain - 1, payload.size()), text.substr(1, plain - 1));
    }
    AnalyzerMask expected;
    scanner.scan(
        as_bytes(payload),
        [](void* mask, std::uint32_t id, std::size_t) {
          static_cast<AnalyzerMask*>(mask)->add(id);
          return true;
        },
        &expected);
    const AnalyzerMask found = set.match(as_bytes(payload));
    ASSERT_EQ(members(found), members(expected)) << ::testing::PrintToString(payload);
    matched += found.empty() ? 0 : 1;
  }
  EXPECT_GT(matched, 10'000U);
}

}  // namespace
}  // namespace netpulse
