#include "engine/metrics/heavy_hitters.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace netpulse {
namespace {

using Hitters = HeavyHitters<std::uint32_t>;
constexpr auto kEntriesMax = static_cast<std::uint32_t>(Hitters::kEntriesMax);

std::uint64_t hash_of(std::uint32_t key) {
  std::uint64_t hash = (key + 1) * 0x9e3779b97f4a7c15;
  hash ^= hash >> 32;
  return hash * 0xff51afd7ed558ccd;
}
TrafficCounters traffic(std::uint64_t bytes) { return {1, bytes, 1}; }

std::map<std::uint32_t, Hitters::Entry> by_key(const Hitters& hitters) {
  std::map<std::uint32_t, Hitters::Entry> entries;
  for (const auto& entry : hitters.entries())
    EXPECT_TRUE(entries.emplace(entry.key, entry).second) << "twice: " << entry.key;
  return entries;
}

TEST(HeavyHittersTest, IsExactUntilItIsFull) {
  Hitters hitters;
  for (int round = 1; round <= 2; ++round)
    for (std::uint32_t key = 0; key < kEntriesMax; ++key)
      hitters.add(hash_of(key), key, traffic(key * static_cast<std::uint64_t>(round)));
  EXPECT_EQ(hitters.untracked(), 0U);
  const auto entries = by_key(hitters);
  ASSERT_EQ(entries.size(), kEntriesMax);
  for (const auto& [key, entry] : entries) {
    ASSERT_EQ(entry.traffic.bytes, key * std::uint64_t{3});
    ASSERT_EQ(entry.traffic.packets, 2U);
    ASSERT_EQ(entry.bytes_missed_max, 0U);
  }
}

TEST(HeavyHittersTest, TellsKeysOfOneHashApart) {
  Hitters hitters;
  for (std::uint32_t key = 1; key <= 20; ++key) hitters.add(42, key, traffic(key));
  for (std::uint32_t key = 1; key <= 20; ++key) hitters.add(42, key, traffic(key));
  for (const auto& [key, entry] : by_key(hitters)) EXPECT_EQ(entry.traffic.bytes, 2 * key);
}

TEST(HeavyHittersTest, AHeavyKeyThatComesLateIsFound) {
  Hitters hitters;
  for (std::uint32_t key = 0; key < kEntriesMax; ++key) hitters.add(hash_of(key), key, traffic(100));
  constexpr std::uint32_t kLate = 5'000'000;
  constexpr std::uint64_t kLateBytes = 1'000'000;
  for (int i = 0; i < 1000; ++i) {
    hitters.add(hash_of(kLate), kLate, traffic(kLateBytes / 1000));
    for (std::uint32_t n = 0; n < 100; ++n) {  // others come once and go
      const std::uint32_t key = 10'000'000 + static_cast<std::uint32_t>(i) * 100 + n;
      hitters.add(hash_of(key), key, traffic(1));
    }
  }
  const auto entries = by_key(hitters);
  EXPECT_EQ(entries.size(), kEntriesMax);
  ASSERT_TRUE(entries.contains(kLate));
  const Hitters::Entry& late = entries.at(kLate);
  EXPECT_GT(late.traffic.bytes, kLateBytes * 99 / 100);
  EXPECT_LE(late.traffic.bytes, kLateBytes);
  EXPECT_GE(late.bytes_max(), kLateBytes);
  EXPECT_LT(late.bytes_missed_max, 2000U);
}

TEST(HeavyHittersTest, TheTruthLiesWithinTheStatedBounds) {
  Hitters hitters;
  std::map<std::uint32_t, std::uint64_t> truth;
  std::mt19937 random(7);
  for (int i = 0; i < 600'000; ++i) {
    // Few keys have most of the traffic.
    const std::uint32_t key = random() % (1U << random() % 20);
    const std::uint64_t bytes = 40 + random() % 1460;
    truth[key] += bytes;
    hitters.add(hash_of(key), key, traffic(bytes));
  }
  ASSERT_GT(truth.size(), Hitters::kEntriesMax);
  EXPECT_GT(hitters.untracked(), 0U);
  for (const auto& [key, entry] : by_key(hitters)) {
    ASSERT_LE(entry.traffic.bytes, truth[key]);
    ASSERT_GE(entry.traffic.bytes + entry.bytes_missed_max, truth[key]);
  }
  // None of the largest was lost, or shown as less than it was by more than is said.
  for (std::uint32_t key = 0; key < 100; ++key) EXPECT_TRUE(by_key(hitters).contains(key)) << key;
}

TEST(HeavyHittersTest, AFullTableTakesKeysIntoBucketsThatWereEmpty) {
  constexpr std::uint64_t kBuckets = Hitters::kEntriesMax * 2 / 8, kUsedBuckets = kBuckets / 2;
  Hitters hitters;
  for (std::uint32_t key = 0; key < kEntriesMax; ++key)
    hitters.add(std::uint64_t{key} << 48 | key % kUsedBuckets, key, traffic(10 + key));
  for (int round = 0; round < 3; ++round)
    for (std::uint32_t n = 0; n < 1000; ++n)
      hitters.add((kUsedBuckets + n) | std::uint64_t{7} << 50, 1'000'000 + n, traffic(1'000'000));
  EXPECT_EQ(hitters.untracked(), 1000U);  // each took an entry at its first time
  const auto entries = by_key(hitters);
  for (std::uint32_t n = 0; n < 1000; ++n) {
    ASSERT_TRUE(entries.contains(1'000'000 + n));
    ASSERT_EQ(entries.at(1'000'000 + n).traffic.bytes, 3'000'000U);
  }
  // Those that were left are still found.
  hitters.add(std::uint64_t{kEntriesMax - 1} << 48 | (kEntriesMax - 1) % kUsedBuckets, kEntriesMax - 1, traffic(1));
  EXPECT_EQ(hitters.untracked(), 1000U);
}

}  // namespace
}  // namespace netpulse
