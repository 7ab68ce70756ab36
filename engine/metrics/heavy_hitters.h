#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "engine/base/page_memory.h"
#include "engine/base/prefetch.h"
#include "engine/base/tag_match.h"
#include "engine/metrics/worker_metrics.h"

namespace netpulse {

/// The keys with the most bytes, in bounded memory: exact as long as no more than kEntriesMax keys come. What comes
/// then is first counted for its bucket alone; when that has outgrown the bucket's smallest key by far, the key in hand
/// takes its place and counts from zero: its traffic is a lower bound, and it may have had bytes_missed_max besides.
/// Which keys are left then depends on the order in which they came.
/// Source: Yang et al.: Elastic Sketch, Adaptive and Fast Network-wide Measurements (SIGCOMM 2018), section 3, for who
/// gives way.
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

  HeavyHitters() : buckets_(kBuckets, PageMemory::Pages::kNormal) { entries_.reserve(kEntriesMax); }

  /// Fetches what prefetch_entry() and add() will look at.
  void prefetch_bucket(std::uint64_t hash) const noexcept { prefetch_to_write(&buckets_[bucket_of(hash)]); }
  /// Fetches the entry that add() will most likely find.
  void prefetch_entry(std::uint64_t hash) const noexcept {
    const Bucket& bucket = buckets_[bucket_of(hash)];
    const unsigned matches = matching_tags(bucket.tags, tag_of(hash));
    if (matches != 0) prefetch_to_write(&entries_[bucket.indices[std::countr_zero(matches)]]);
  }

  /// hash: keyed, of probe.
  template <class Probe>
  void add(std::uint64_t hash, const Probe& probe, const TrafficCounters& traffic) {
    const std::size_t home = bucket_of(hash);
    std::uint16_t tag = tag_of(hash);
    // Almost half of the places are free at least, so one ends the search.
    for (std::size_t position = home;; position = (position + 1) % kBuckets, tag |= kDisplaced) {
      Bucket& bucket = buckets_[position];
      for (unsigned matches = matching_tags(bucket.tags, tag); matches != 0; matches &= matches - 1) {
        const auto way = static_cast<std::size_t>(std::countr_zero(matches));
        Entry& entry = entries_[bucket.indices[way]];
        if (entry.key != probe) continue;
        entry.traffic += traffic;
        bucket.weights[way] = weight_of(entry.bytes_max());
        return;
      }
      const unsigned free_ways = matching_tags(bucket.tags, kFree);
      if (free_ways == 0) continue;
      if (entries_.size() < kEntriesMax) {
        entries_.push_back({Key(probe), traffic, 0});
        put(bucket, static_cast<std::size_t>(std::countr_zero(free_ways)), tag, entries_.size() - 1);
      } else if (const Place victim = give_way(home, traffic.bytes); victim.bucket != nullptr) {
        replace(victim, home, tag_of(hash), Key(probe), traffic);
      }
      return;
    }
  }

  const std::vector<Entry>& entries() const noexcept { return entries_; }
  /// Keys that had to give way, or were not taken.
  std::uint64_t untracked() const noexcept { return untracked_; }

 private:
  static constexpr std::size_t kWays = 8, kBuckets = kEntriesMax * 2 / kWays;
  /// Tags of keys are odd; kDisplaced marks those that lie behind their home. A search ends at a free place, and goes
  /// on behind one that was given up.
  static constexpr std::uint16_t kFree = 0, kGivenUp = 4, kInUse = 1, kDisplaced = 2;
  /// How many times the smallest key's bytes the others of its bucket must bring before one of them takes its place.
  static constexpr std::uint64_t kOutgrown = 8;

  struct alignas(64) Bucket {
    std::uint16_t tags[kWays];  // free ones behind all others
    std::uint16_t indices[kWays];
    std::uint16_t weights[kWays];  // so that the smallest is found without a look at the entries
    // Of keys at home here:
    std::uint64_t untracked_bytes;  // what those without an entry brought or had, ever
    std::uint64_t waiting_bytes;    // the same, since one of them was given an entry
  };
  static_assert(sizeof(Bucket) == 64 && kEntriesMax <= 0x10000);
  struct Place {
    Bucket* bucket = nullptr;
    std::size_t way = 0;
  };

  static std::size_t bucket_of(std::uint64_t hash) noexcept { return hash % kBuckets; }
  static std::uint16_t tag_of(std::uint64_t hash) noexcept {
    return static_cast<std::uint16_t>((hash >> 48 & ~std::uint64_t{kDisplaced}) | kInUse);
  }

  static constexpr int kMantissaBits = 10;
  /// Grows with bytes; equal for two that differ by less than a thousandth.
  static std::uint16_t weight_of(std::uint64_t bytes) noexcept {
    const int shift = static_cast<int>(std::bit_width(bytes)) - 1 - kMantissaBits;
    if (shift <= 0) return static_cast<std::uint16_t>(bytes);
    return static_cast<std::uint16_t>((static_cast<std::uint64_t>(shift) << kMantissaBits) + (bytes >> shift));
  }
  /// The fewest bytes that have this weight.
  static std::uint64_t bytes_of(std::uint16_t weight) noexcept {
    constexpr unsigned kMantissa = 1U << kMantissaBits;
    if (weight < 2 * kMantissa) return weight;
    return std::uint64_t{kMantissa | (weight & (kMantissa - 1))} << ((weight >> kMantissaBits) - 1);
  }

  void put(Bucket& bucket, std::size_t way, std::uint16_t tag, std::size_t index) noexcept {
    bucket.tags[way] = tag;
    bucket.indices[way] = static_cast<std::uint16_t>(index);
    bucket.weights[way] = weight_of(entries_[index].bytes_max());
  }
  /// The smallest key that lies in its home; kWays if there is none.
  static std::size_t smallest(const Bucket& bucket) noexcept {
    static_assert(kWays == 8);
    return smallest_weight(bucket.weights, bucket.tags, kInUse | kDisplaced, kInUse);
  }
  /// Counts bytes of a key without an entry for its home; gives the entry that it gets, or none.
  Place give_way(std::size_t home, std::uint64_t bytes) noexcept {
    ++untracked_;
    Bucket& own = buckets_[home];
    own.waiting_bytes += bytes;
    Place victim{&own, smallest(own)};
    // A home without keys borrows from the next one that has some: once, as its first place is in use from then on.
    if (victim.way == kWays && own.tags[0] != kFree) victim.bucket = nullptr;
    for (std::size_t position = home; victim.bucket != nullptr && victim.way == kWays;) {
      position = (position + 1) % kBuckets;
      victim = {&buckets_[position], smallest(buckets_[position])};
    }
    if (victim.bucket != nullptr && own.waiting_bytes >= kOutgrown * bytes_of(victim.bucket->weights[victim.way]))
      return victim;
    own.untracked_bytes += bytes;
    return {};
  }
  void replace(const Place& victim, std::size_t home, std::uint16_t tag, Key key, const TrafficCounters& traffic) {
    Bucket& own = buckets_[home];
    const std::size_t index = victim.bucket->indices[victim.way];
    victim.bucket->untracked_bytes += entries_[index].bytes_max();
    entries_[index] = {std::move(key), traffic, own.untracked_bytes};
    own.waiting_bytes = 0;
    if (victim.bucket != &own) victim.bucket->tags[victim.way] = kGivenUp;
    put(own, victim.bucket == &own ? victim.way : 0, tag, index);
  }

  PageArray<Bucket> buckets_;
  std::vector<Entry> entries_;
  std::uint64_t untracked_ = 0;
};

}  // namespace netpulse
