#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "engine/base/page_memory.h"
#include "engine/base/tag_match.h"
#include "engine/metrics/worker_metrics.h"

namespace netpulse {

/// The keys with the most bytes, in bounded memory: exact as long as no more than kEntriesMax keys come. Then a new key
/// takes the place of a small one in its bucket, and counts from zero: its traffic is a lower bound, and what it may
/// have had before at most bytes_missed_max. Which keys are left then depends on the order in which they came.
/// Source: Metwally, Agrawal, El Abbadi: Efficient Computation of Frequent and Top-k Elements in Data Streams (2005),
/// by bucket: the smallest of eight instead of the smallest of all, and an error bound for each bucket.
/// Key: copyable; compared to Probe by ==, and built from it. Control side only.
template <class Key>
class HeavyHitters {
 public:
  static constexpr std::size_t kEntriesMax = 65'536;

  struct Entry {
    Key key;
    TrafficCounters traffic;             ///< since the key has its entry
    std::uint64_t bytes_missed_max = 0;  ///< 0: exact

    std::uint64_t bytes_max() const noexcept { return traffic.bytes + bytes_missed_max; }
  };

  HeavyHitters()
      : buckets_(kBuckets, PageMemory::Pages::kNormal), given_way_bytes_max_(kBuckets, PageMemory::Pages::kNormal) {}

  /// Fetches what prefetch_entry() and add() will look at.
  void prefetch_bucket(std::uint64_t hash) const noexcept { __builtin_prefetch(&buckets_[bucket_of(hash)], 1); }
  /// Fetches the entry that add() will most likely find.
  void prefetch_entry(std::uint64_t hash) const noexcept {
    const Bucket& bucket = buckets_[bucket_of(hash)];
    const unsigned matches = matching_tags(bucket.tags, tag_of(hash));
    if (matches != 0) __builtin_prefetch(&entries_[bucket.indices[std::countr_zero(matches)]], 1);
  }

  /// hash: keyed, of probe.
  template <class Probe>
  void add(std::uint64_t hash, const Probe& probe, const TrafficCounters& traffic) {
    const std::uint16_t tag = tag_of(hash);
    const std::size_t home = bucket_of(hash);
    // Almost half of the places are free at least, so one ends the search.
    for (std::size_t position = home;; position = (position + 1) % kBuckets) {
      Bucket& bucket = buckets_[position];
      for (unsigned matches = matching_tags(bucket.tags, tag); matches != 0; matches &= matches - 1) {
        Entry& entry = entries_[bucket.indices[std::countr_zero(matches)]];
        if (entry.key != probe) continue;
        entry.traffic += traffic;
        bucket.weights[std::countr_zero(matches)] = weight_of(entry);
        return;
      }
      const unsigned free_ways = matching_tags(bucket.tags, kFree);
      if (free_ways == 0) continue;
      if (entries_.size() == kEntriesMax) {
        replace(home, tag, Key(probe), traffic);
        return;
      }
      entries_.push_back({Key(probe), traffic, 0});
      put(bucket, static_cast<std::size_t>(std::countr_zero(free_ways)), tag, entries_.size() - 1, home);
      return;
    }
  }

  const std::vector<Entry>& entries() const noexcept { return entries_; }
  /// Keys that had to give way.
  std::uint64_t replaced() const noexcept { return replaced_; }

 private:
  static constexpr std::size_t kWays = 8, kBuckets = kEntriesMax * 2 / kWays;
  /// Tags of keys are odd. A search ends at a free place, and goes on behind one that was given up.
  static constexpr std::uint16_t kFree = 0, kGivenUp = 2;
  struct alignas(64) Bucket {
    std::uint16_t tags[kWays];  // free ones behind all others
    std::uint16_t indices[kWays];
    std::uint16_t homes[kWays];    // the bucket where the key's search begins
    std::uint16_t weights[kWays];  // so that the smallest is found without a look at the entries

    bool holds_key(std::size_t way) const noexcept { return (tags[way] & 1) != 0; }
  };
  static_assert(sizeof(Bucket) == 64 && kEntriesMax <= 0x10000 && kBuckets <= 0x10000);

  static std::size_t bucket_of(std::uint64_t hash) noexcept { return hash % kBuckets; }
  static std::uint16_t tag_of(std::uint64_t hash) noexcept { return static_cast<std::uint16_t>(hash >> 48 | 1); }

  /// Grows with the bytes that the key may have; equal for two that differ by less than a thousandth.
  static std::uint16_t weight_of(const Entry& entry) noexcept {
    constexpr int kMantissaBits = 10;
    const std::uint64_t bytes_max = entry.bytes_max();
    const int shift = static_cast<int>(std::bit_width(bytes_max)) - 1 - kMantissaBits;
    if (shift <= 0) return static_cast<std::uint16_t>(bytes_max);
    return static_cast<std::uint16_t>((static_cast<std::uint64_t>(shift) << kMantissaBits) + (bytes_max >> shift));
  }
  void put(Bucket& bucket, std::size_t way, std::uint16_t tag, std::size_t index, std::size_t home) noexcept {
    bucket.tags[way] = tag;
    bucket.indices[way] = static_cast<std::uint16_t>(index);
    bucket.homes[way] = static_cast<std::uint16_t>(home);
    bucket.weights[way] = weight_of(entries_[index]);
  }
  /// The way of the key with the fewest bytes; kWays if there is no key.
  static std::size_t smallest(const Bucket& bucket) noexcept {
    std::size_t found = kWays;
    for (std::size_t way = 0; way < kWays; ++way)
      if (bucket.holds_key(way) && (found == kWays || bucket.weights[way] < bucket.weights[found])) found = way;
    return found;
  }
  /// The smallest key of the first bucket from home on that holds one gives way.
  void replace(std::size_t home, std::uint16_t tag, Key key, const TrafficCounters& traffic) {
    std::size_t position = home;
    std::size_t way = smallest(buckets_[position]);
    while (way == kWays) {
      position = (position + 1) % kBuckets;
      way = smallest(buckets_[position]);
    }
    const std::size_t index = buckets_[position].indices[way];
    std::uint64_t& leavers_bytes_max = given_way_bytes_max_[buckets_[position].homes[way]];
    leavers_bytes_max = std::max(leavers_bytes_max, entries_[index].bytes_max());
    entries_[index] = {std::move(key), traffic, given_way_bytes_max_[home]};
    if (position != home) {
      // Its own bucket was found empty: that happens once to each, so few places are ever given up.
      buckets_[position].tags[way] = kGivenUp;
      way = 0;
    }
    put(buckets_[home], way, tag, index, home);
    ++replaced_;
  }

  PageArray<Bucket> buckets_;
  /// By home: the most that a key which gave way may have had. A key that comes back had no more.
  PageArray<std::uint64_t> given_way_bytes_max_;
  std::vector<Entry> entries_;
  std::uint64_t replaced_ = 0;
};

}  // namespace netpulse
