#include "plugins/common/http_text.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace netpulse {
namespace {

/// What a field line of this name has as its value by the general functions; "-" for other lines.
std::string by_splitting(std::string_view line, std::string_view lower) {
  FieldLine field;
  if (!split_field_line(line, field) || !equals_ignoring_case(field.name, lower)) return "-";
  return '"' + std::string(field.value) + '"';
}
std::string by_name(std::string_view line, std::string_view lower) {
  std::string_view value;
  if (!has_field_name(line, lower, value)) return "-";
  return '"' + std::string(value) + '"';
}

TEST(HasFieldName, TakesTheNameInAnyCaseAndTheValueWithoutSpaces) {
  EXPECT_EQ(by_name("Host: a.example", "host"), "\"a.example\"");
  EXPECT_EQ(by_name("hOST:\t a b \t", "host"), "\"a b\"");
  EXPECT_EQ(by_name("HOST \t:x:y", "host"), "\"x:y\"");
  EXPECT_EQ(by_name("Content-Length:", "content-length"), "\"\"");
}

TEST(HasFieldName, RefusesOtherNamesAndWhatIsNoFieldLine) {
  for (const std::string_view line :
       {"", "h", "host", "host ", "hos: a", "hosts: a", "host-: a", " host: a", "\thost: a", "ho st: a", "host a: b",
        ": host", "x-host: a", "host\r: a", "\x48\x6f\x53\x94: a"})
    EXPECT_EQ(by_name(line, "host"), "-") << line;
  // The hyphen is the only one that becomes itself by the bit that tells the case of letters.
  EXPECT_EQ(by_name("user\ragent: a", "user-agent"), "-");
}

TEST(HasFieldName, SaysWhatSplittingAndComparingSay) {
  constexpr std::string_view kNames[] = {"host",         "server",         "upgrade",          "user-agent",
                                         "content-type", "content-length", "transfer-encoding"};
  std::mt19937 random(7);
  const auto below = [&](std::size_t bound) { return random() % bound; };
  std::size_t fields = 0;
  for (int i = 0; i < 200000; ++i) {
    const std::string_view name = kNames[below(std::size(kNames))];
    std::string line(name);
    for (char& c : line)
      if (below(3) == 0) c = static_cast<char>(c ^ 0x20);
    if (below(2) == 0 && line[4 % line.size()] == '\r') line[4 % line.size()] = '-';
    for (std::size_t spaces = below(3); spaces > 0; --spaces) line += below(2) == 0 ? ' ' : '\t';
    line += below(8) == 0 ? "" : ":";
    for (std::size_t more = below(6); more > 0; --more) line += " \t:xY-\r"[below(7)];
    // And then a byte of anything somewhere, sometimes.
    if (below(2) == 0) line[below(line.size())] = static_cast<char>(random());
    if (below(4) == 0) line.erase(below(line.size()), 1);
    for (const std::string_view wanted : kNames) {
      ASSERT_EQ(by_name(line, wanted), by_splitting(line, wanted)) << testing::PrintToString(line);
      fields += by_name(line, wanted) == "-" ? 0U : 1U;
    }
  }
  EXPECT_GT(fields, 5000U);
}

TEST(SplitRequestLine, TakesAMethodOfUpTo32CharactersOfUpperCase) {
  RequestLine request;
  const std::string longest(32, 'M'), line_of_longest = longest + " / HTTP/1.1";
  ASSERT_TRUE(split_request_line(line_of_longest, "HTTP/1.", request));
  EXPECT_EQ(request.method, longest);
  EXPECT_EQ(request.target, "/");
  for (const std::string_view line : {" / HTTP/1.1", "get / HTTP/1.1", "GEt / HTTP/1.1", "G/T / HTTP/1.1",
                                      "HTTP/1.1 / HTTP/1.1", "GET", "", "G\x80T / HTTP/1.1"})
    EXPECT_FALSE(split_request_line(line, "HTTP/1.", request)) << line;
  EXPECT_FALSE(split_request_line(longest + "M / HTTP/1.1", "HTTP/1.", request));
}

TEST(StartLineOf, WaitsForAMethodThatIsNotWhole) {
  EXPECT_EQ(start_line_of(std::string(32, 'M'), "HTTP/1.", false), StartLine::kNeedMore);
  EXPECT_EQ(start_line_of(std::string(33, 'M'), "HTTP/1.", false), StartLine::kNeither);
  EXPECT_EQ(start_line_of("GE", "HTTP/1.", false), StartLine::kNeedMore);
  EXPECT_EQ(start_line_of("Ge", "HTTP/1.", false), StartLine::kNeither);
}

TEST(AuthorityOfUri, IsBehindAScheme) {
  EXPECT_EQ(authority_of_uri("http://a.example:80/x?y#z"), "a.example:80");
  EXPECT_EQ(authority_of_uri("s://a"), "a");
  for (const std::string_view target : {"", "/", "/a?u=http://b.example/", "://a", "a/b://c", "*", "a.example:443"})
    EXPECT_EQ(authority_of_uri(target), "") << target;
}

}  // namespace
}  // namespace netpulse
