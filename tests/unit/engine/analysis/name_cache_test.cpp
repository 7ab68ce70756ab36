#include "engine/analysis/name_cache.h"

#include <gtest/gtest.h>

#include <string>

namespace netpulse {
namespace {

constexpr Timestamp at(std::int64_t seconds) { return Timestamp{} + Duration::from_seconds(seconds); }
IpAddress address(const char* text) { return *IpAddress::parse(text); }

class NameCacheTest : public ::testing::Test {
 protected:
  AnalysisOptions options_ = [] {
    AnalysisOptions options;
    options.name_cache_entries = 64;
    return options;
  }();
  NameCache cache_{options_, HashSeed::fixed(1)};
  const IpAddress alice_ = address("10.0.0.1"), bob_ = address("10.0.0.2"), server_ = address("192.0.2.1");
};

TEST_F(NameCacheTest, IsScopedPerClient) {
  cache_.learn(alice_, server_, "a.example", 300, at(100));
  EXPECT_EQ(cache_.find(alice_, server_, at(101)), "a.example");
  EXPECT_EQ(cache_.find(bob_, server_, at(101)), "");
  EXPECT_EQ(cache_.find(server_, alice_, at(101)), "");
}

TEST_F(NameCacheTest, HonoursTimeToLiveWithinItsBounds) {
  cache_.learn(alice_, server_, "short.example", 1, at(100));
  EXPECT_EQ(cache_.find(alice_, server_, at(159)), "short.example");
  EXPECT_EQ(cache_.find(alice_, server_, at(161)), "");
  cache_.learn(alice_, server_, "long.example", 4'000'000'000, at(100));
  EXPECT_EQ(cache_.find(alice_, server_, at(100 + 86400)), "long.example");
  EXPECT_EQ(cache_.find(alice_, server_, at(101 + 86400)), "");
}

TEST_F(NameCacheTest, TheLaterAnswerReplacesTheEarlierOne) {
  cache_.learn(alice_, server_, "one.example", 300, at(100));
  cache_.learn(alice_, server_, "two.example", 300, at(200));
  EXPECT_EQ(cache_.find(alice_, server_, at(201)), "two.example");
  // Others push both answers from the queue into the set, where they are one entry.
  for (const char* client : {"10.9.0.1", "10.9.0.2", "10.9.0.3", "10.9.0.4", "10.9.0.5", "10.9.0.6", "10.9.0.7"})
    cache_.learn(address(client), server_, "x.example", 300, at(200));
  EXPECT_EQ(cache_.find(alice_, server_, at(201)), "two.example");
  EXPECT_EQ(cache_.entries_used(), 7U);
}

TEST_F(NameCacheTest, StaysBoundedAndCountsWhatItForgets) {
  for (int i = 0; i < 10'000; ++i) {
    const std::string client = "10.1." + std::to_string(i / 256) + "." + std::to_string(i % 256);
    cache_.learn(address(client.c_str()), server_, "n" + std::to_string(i), 300, at(100));
  }
  EXPECT_LE(cache_.entries_used(), cache_.capacity());
  EXPECT_GE(cache_.evictions() + 8, 10'000 - cache_.capacity());  // the last eight still wait for their places
}

TEST_F(NameCacheTest, AnEntryWhoseNameWasOverwrittenIsGoneAndNeverWrong) {
  // Names far longer than the room per entry: the ring of names wraps many times over before the entries are used up.
  for (int i = 0; i < 5'000; ++i) {
    const std::string client = "10.2." + std::to_string(i / 256) + "." + std::to_string(i % 256);
    const std::string name = std::string(240, 'a') + std::to_string(i);
    cache_.learn(address(client.c_str()), server_, name, 300, at(100));
    ASSERT_EQ(cache_.find(address(client.c_str()), server_, at(100)), name);
  }
  std::size_t found = 0;
  for (int i = 0; i < 5'000; ++i) {
    const std::string client = "10.2." + std::to_string(i / 256) + "." + std::to_string(i % 256);
    const std::string_view name = cache_.find(address(client.c_str()), server_, at(100));
    if (name.empty()) continue;
    ++found;
    ASSERT_EQ(name, std::string(240, 'a') + std::to_string(i));
  }
  EXPECT_GT(found, 0U);
  EXPECT_LT(found, cache_.capacity());
  // Each entry was asked for once; some names are found outside of their sets, which they wait to enter.
  EXPECT_GE(cache_.overwritten(), cache_.entries_used() - found);
  EXPECT_LE(cache_.overwritten(), cache_.entries_used());
}

}  // namespace
}  // namespace netpulse
