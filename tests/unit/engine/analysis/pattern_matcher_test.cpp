#include "engine/analysis/pattern_matcher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

namespace netpulse {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;
using ::testing::UnorderedElementsAre;

using Match = std::pair<std::uint32_t, std::size_t>;

PatternDatabase compiled(const std::vector<PatternSource>& patterns) {
  Result<PatternDatabase> database = PatternDatabase::compile(patterns);
  EXPECT_TRUE(database.ok()) << (database.ok() ? "" : database.error().message);
  return std::move(database).value();
}

std::string refusal(const std::vector<PatternSource>& patterns) {
  const Result<PatternDatabase> database = PatternDatabase::compile(patterns);
  return database.ok() ? "" : database.error().message;
}

std::vector<Match> matches(PatternScanner& scanner, std::string_view data) {
  std::vector<Match> found;
  const auto note = [](void* user, std::uint32_t id, std::size_t end) {
    static_cast<std::vector<Match>*>(user)->emplace_back(id, end);
    return true;
  };
  scanner.scan(as_bytes(data), note, &found);
  return found;
}

TEST(PatternMatcher, FindsRegularExpressionsWithTheirIdAndEnd) {
  const PatternDatabase database = compiled({{"^SSH-[12]\\.", 7}, {"^GET |^POST ", 3}, {"HTTP/1", 4}});
  PatternScanner scanner(database);
  EXPECT_THAT(matches(scanner, "SSH-2.0-OpenSSH"), ElementsAre(Match(7, 6)));
  EXPECT_THAT(matches(scanner, "GET / HTTP/1.1"), UnorderedElementsAre(Match(3, 4), Match(4, 12)));
  EXPECT_THAT(matches(scanner, " SSH-2.0"), IsEmpty());
}

TEST(PatternMatcher, FindsLiteralsWithAnyBytes) {
  const std::string bytes("\x00.*\xff", 4);
  const PatternDatabase database = compiled({{bytes, 1, false, true}, {"AbC", 2, true, true}});
  PatternScanner scanner(database);
  EXPECT_THAT(matches(scanner, "x" + bytes), ElementsAre(Match(1, 5)));
  EXPECT_THAT(matches(scanner, "xaBc"), ElementsAre(Match(2, 4)));
  EXPECT_THAT(matches(scanner, "\x01.*\xff"), IsEmpty());
}

TEST(PatternMatcher, MixesLiteralsAndExpressionsInOneDatabase) {
  const std::string bytes("\x00.*", 3);
  const PatternDatabase database = compiled({{bytes, 1, false, true}, {"^a.c$", 2}});
  PatternScanner scanner(database);
  EXPECT_THAT(matches(scanner, "??" + bytes), ElementsAre(Match(1, 5)));
  EXPECT_THAT(matches(scanner, "a\nc"), ElementsAre(Match(2, 3)));
  EXPECT_THAT(matches(scanner, std::string("\x00zz", 3)), IsEmpty());
}

TEST(PatternMatcher, TellsEachExpressionOnce) {
  const PatternDatabase database = compiled({{"ab", 5}, {"a+", 6}});
  PatternScanner scanner(database);
  EXPECT_THAT(matches(scanner, "aababab"), UnorderedElementsAre(Match(6, 1), Match(5, 3)));
}

TEST(PatternMatcher, StopsWhenToldTo) {
  const PatternDatabase database = compiled({{"a", 1}, {"b", 2}, {"c", 3}});
  PatternScanner scanner(database);
  int calls = 0;
  scanner.scan(
      as_bytes("abc"),
      [](void* user, std::uint32_t, std::size_t) {
        ++*static_cast<int*>(user);
        return false;
      },
      &calls);
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(matches(scanner, "abc").size(), 3);
}

TEST(PatternMatcher, NeverMatchesWithoutPatterns) {
  const PatternDatabase database = compiled({});
  PatternScanner scanner(database);
  EXPECT_THAT(matches(scanner, "anything"), IsEmpty());
}

TEST(PatternMatcher, ScansNoBytes) {
  const PatternDatabase database = compiled({{"a", 1}});
  PatternScanner scanner(database);
  EXPECT_THAT(matches(scanner, ""), IsEmpty());
}

TEST(PatternMatcher, NamesThePatternThatCannotBeCompiled) {
  EXPECT_THAT(refusal({{"a", 1}, {"b(", 2}}), StartsWith("pattern 1 'b(': "));
  EXPECT_THAT(refusal({{"a*", 1}}), HasSubstr("pattern 0 'a*': "));
  EXPECT_EQ(refusal({{"", 1}}), "pattern 0 '': is empty");
  EXPECT_EQ(refusal({{std::string("a\0b", 3), 1}}), "pattern 0 'a\\x00b': holds a zero byte: write \\x00");
  EXPECT_THAT(refusal({{std::string(5000, 'a'), 1}}), HasSubstr("is longer than 4096 bytes"));
  EXPECT_THAT(refusal({{"(?:a.{1,30000}b){1000}", 1}}), StartsWith("pattern 0 "));
}

TEST(PatternMatcher, RefusesMorePatternsThanItsBound) {
  const std::vector<PatternSource> many(kPatternsMax + 1, {"a", 1});
  EXPECT_EQ(refusal(many), "65537 patterns: at most 65536 fit into one database");
}

TEST(PatternMatcher, SurvivesMovesAndServesSeveralThreads) {
  PatternDatabase first = compiled({{"needle", 9}});
  const PatternDatabase database = std::move(first);
  std::vector<std::thread> threads;
  std::array<int, 2> found{};
  for (int& count : found)
    threads.emplace_back([&database, &count] {
      PatternScanner made(database);
      PatternScanner scanner = std::move(made);
      for (int i = 0; i < 1000; ++i) count += static_cast<int>(matches(scanner, "hay needle hay").size());
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(found, ElementsAre(1000, 1000));
}

}  // namespace
}  // namespace netpulse
