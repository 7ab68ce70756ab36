#include "exporters/web/http_query.h"

#include <gtest/gtest.h>

namespace netpulse {
namespace {

TEST(HttpQuery, DecodesParameters) {
  const auto query = HttpQuery::parse("filter=tls.sni+%3D%3D+%22a%26b%22&limit=7&empty=&flag");
  ASSERT_TRUE(query.ok());
  EXPECT_EQ(query.value().text("filter", ""), "tls.sni == \"a&b\"");
  EXPECT_EQ(query.value().number("limit", 100, 1, 1000).value(), 7);
  EXPECT_EQ(query.value().text("empty", "x"), "");
  EXPECT_EQ(query.value().text("flag", "x"), "");
  EXPECT_EQ(query.value().text("missing", "x"), "x");
  EXPECT_EQ(query.value().number("missing", 100, 1, 1000).value(), 100);
}

TEST(HttpQuery, RefusesWhatIsNoQuery) {
  for (const char* bad : {"a=%", "a=%4", "a=%zz", "%=1", "a=1&a=2", "a=1&%61=2"})
    EXPECT_FALSE(HttpQuery::parse(bad).ok()) << bad;
  for (const char* good : {"", "&", "a", "=", "a=1&&b=2", "a=%00"}) EXPECT_TRUE(HttpQuery::parse(good).ok()) << good;
}

TEST(HttpQuery, NumbersHaveARange) {
  for (const char* bad : {"n=0", "n=1001", "n=-1", "n=", "n=1x", "n=99999999999999999999"})
    EXPECT_FALSE(HttpQuery::parse(bad).value().number("n", 1, 1, 1000).ok()) << bad;
}

TEST(HttpQuery, AnUnknownParameterIsNotIgnored) {
  const auto query = HttpQuery::parse("limt=3");
  EXPECT_TRUE(query.value().only({"limt"}).ok());
  EXPECT_NE(query.value().only({"limit", "filter"}).error().message.find("did you mean limit?"), std::string::npos);
}

}  // namespace
}  // namespace netpulse
