#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "engine/base/bytes.h"
#include "engine/base/tag_match.h"

namespace netpulse {

/// Lists of values as one row of 8-byte words: of each list its length in bytes, 16 bits, then its bytes, then zeros up
/// to the next word. So different lists never give the same words. At most kBytesMax; what does not fit marks the key
/// full, and it means nothing then.
class ShapeKey {
 public:
  static constexpr std::size_t kBytesMax = 256;
  using Words = std::span<const std::uint64_t>;

  ShapeKey() noexcept {}  // NOLINT(modernize-use-equals-default): = default would clear the words in T{}

  void begin_list() noexcept {
    if (kBytesMax - size_ < kWordBytes) full_ = true;
    if (full_) return;
    list_ = size_;
    size_ += sizeof(std::uint16_t);
  }
  void put(Bytes bytes) noexcept {
    if (bytes.size() > kBytesMax - size_) full_ = true;
    if (full_) return;
    std::copy(bytes.begin(), bytes.end(), at(size_));
    size_ += bytes.size();
  }
  /// In the processor's byte order: a key is never read back.
  template <class Integer>
  void put_value(Integer value) noexcept {
    if (sizeof value > kBytesMax - size_) full_ = true;
    if (full_) return;
    std::memcpy(at(size_), &value, sizeof value);
    size_ += sizeof value;
  }
  /// Bytes in the list; 0 if the key is full.
  std::size_t end_list() noexcept {
    if (full_) return 0;
    const auto bytes = static_cast<std::uint16_t>(size_ - list_ - sizeof(std::uint16_t));
    std::memcpy(at(list_), &bytes, sizeof bytes);
    constexpr std::uint64_t kZeros = 0;
    std::memcpy(at(size_), &kZeros, sizeof kZeros);  // there is a word to spare
    size_ = (size_ + kWordBytes - 1) / kWordBytes * kWordBytes;
    return bytes;
  }
  bool full() const noexcept { return full_; }
  /// Of the lists ended. Valid as long as the key is.
  Words words() const noexcept { return {words_, size_ / kWordBytes}; }

 private:
  static constexpr std::size_t kWordBytes = sizeof(std::uint64_t);
  std::uint8_t* at(std::size_t position) noexcept { return reinterpret_cast<std::uint8_t*>(words_) + position; }

  std::size_t size_ = 0, list_ = 0;
  bool full_ = false;
  std::uint64_t words_[kBytesMax / kWordBytes + 1];
};

/// hash: of the words before these, so that the beginning of a key need not be hashed twice. Not keyed: whoever aims
/// keys at one set of a memo wins no more than that what they push out has to be worked out again.
inline std::uint64_t shape_hash(ShapeKey::Words words, std::uint64_t hash = 0x9e3779b97f4a7c15) noexcept {
  for (const std::uint64_t word : words) {
    hash = (hash ^ word) * 0xff51afd7ed558ccd;
    hash ^= hash >> 29;
  }
  return hash;
}

/// Remembers what was worked out of a key: kSets sets (a power of two) of kWays entries, with the whole key each, which
/// is compared. Keys of more than kKeyBytesMax are not kept. In a set that is full the entry used least gives way, and
/// uses count less as time goes by: what comes once does not push out what comes often. No allocation.
template <class Value, std::size_t kSets, std::size_t kKeyBytesMax>
class ShapeMemo {
 public:
  static constexpr std::size_t kWays = 8;
  static_assert(std::has_single_bit(kSets) && kKeyBytesMax % sizeof(std::uint64_t) == 0);

  /// Null: not remembered. hash: shape_hash(key). Valid until the next insert().
  const Value* find(ShapeKey::Words key, std::uint64_t hash) noexcept {
    Set& set = sets_[index_of(hash)];
    for (unsigned ways = matching_tags(set.tags, tag_of(hash)); ways != 0; ways &= ways - 1) {
      const auto way = static_cast<std::size_t>(std::countr_zero(ways));
      const Entry& entry = entries_[index_of(hash) * kWays + way];
      if (entry.key_words != key.size() || std::memcmp(entry.key.data(), key.data(), key.size_bytes()) != 0) continue;
      if (set.uses[way] < kUsesMax) ++set.uses[way];
      return &entry.value;
    }
    return nullptr;
  }
  /// key: not remembered yet.
  void insert(ShapeKey::Words key, std::uint64_t hash, const Value& value) noexcept {
    if (key.size_bytes() > kKeyBytesMax) return;
    Set& set = sets_[index_of(hash)];
    const std::size_t way = way_to_give(set);
    Entry& entry = entries_[index_of(hash) * kWays + way];
    set.tags[way] = tag_of(hash);
    set.uses[way] = 0;
    entry.key_words = static_cast<std::uint16_t>(key.size());
    entry.value = value;
    std::copy(key.begin(), key.end(), entry.key.begin());
  }
  /// The value of key: the one remembered, or what work_out(value) puts there. False if that says so; then nothing is
  /// remembered.
  template <class WorkOut>
  bool get(ShapeKey::Words key, std::uint64_t hash, Value& value, WorkOut work_out) noexcept {
    if (const Value* const known = find(key, hash); known != nullptr) {
      value = *known;
      return true;
    }
    if (!work_out(value)) return false;
    insert(key, hash, value);
    return true;
  }

 private:
  static constexpr std::uint8_t kUsesMax = 255;
  /// After so many entries that gave way in a set its uses are halved.
  static constexpr std::uint8_t kReplacedMax = 64;

  struct Set {
    alignas(16) std::uint16_t tags[kWays]{};  ///< 0: empty
    std::uint8_t uses[kWays]{};
    std::uint8_t replaced = 0;
  };
  struct Entry {
    std::uint16_t key_words;
    Value value;
    std::array<std::uint64_t, kKeyBytesMax / sizeof(std::uint64_t)> key;
  };

  static std::size_t index_of(std::uint64_t hash) noexcept { return (hash >> 32) % kSets; }
  static std::uint16_t tag_of(std::uint64_t hash) noexcept { return static_cast<std::uint16_t>(hash >> 48 | 1); }
  static std::size_t way_to_give(Set& set) noexcept {
    if (const unsigned empty = matching_tags(set.tags, 0); empty != 0)
      return static_cast<std::size_t>(std::countr_zero(empty));
    // Of equals another one each time.
    std::size_t way = set.replaced % kWays;
    for (std::size_t i = 1; i < kWays; ++i) {
      const std::size_t other = (set.replaced + i) % kWays;
      if (set.uses[other] < set.uses[way]) way = other;
    }
    if (++set.replaced == kReplacedMax) {
      set.replaced = 0;
      for (std::uint8_t& uses : set.uses) uses /= 2;
    }
    return way;
  }

  std::array<Set, kSets> sets_;
  std::array<Entry, kSets * kWays> entries_{};
};

}  // namespace netpulse
