#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "engine/base/keyed_hash.h"
#include "engine/base/page_memory.h"
#include "engine/base/text_list.h"

namespace netpulse {

/// A bounded set of byte strings for the report's name lists: fixed memory, no allocation after construction, pages
/// resident only when used.
///
/// When more names come than there is room for, those with the smallest content_hash() stay, whatever the order in
/// which they came. So the sets of several workers together hold what a single one would have kept: merged() finds it.
/// Source: Bar-Yossef et al.: Counting Distinct Elements in a Data Stream (RANDOM 2002), for keeping the smallest
/// hashes.
class NameSet {
 public:
  /// A name, and how often it was inserted; the view is valid until the next insert().
  struct Entry {
    std::string_view name;
    std::uint32_t observations;
  };

  /// bytes_max: of all names together, and kHeaderBytes for each; below 2 GiB.
  NameSet(std::size_t names_max, std::size_t bytes_max, const HashSeed& seed);

  /// Remembers name, unless it is longer than 255 bytes or others have to be kept instead. It waits for its place to
  /// come from memory, together with a few others.
  void insert(std::string_view name) noexcept;
  /// Enters the names that still wait: has to come before anything else is asked.
  void settle() noexcept;
  /// How often names were inserted that are not in the set, or not any more.
  std::uint64_t lost() const noexcept { return lost_; }
  /// At most half as many again as names_max: what is too much goes now and then, and in merged().
  std::size_t size() const noexcept { return count_; }
  /// All names, in the order in which they came.
  std::vector<Entry> entries() const;

  static constexpr std::size_t kHeaderBytes = 5;

 private:
  friend struct MergedNames merged(std::span<const NameSet* const> sets);
  struct Slot {
    std::uint32_t offset_plus_one;  // of its header in the text; 0: empty
    std::uint16_t hash_part;
    std::uint16_t size;
  };
  struct Rank {
    std::uint64_t value;  // content_hash()
    std::size_t bytes;    // of the name's room
  };
  static constexpr std::uint64_t kNoLimit = UINT64_MAX;
  /// The smallest rank that does not stay when ranks are all there are: names of one rank go together. kNoLimit: all
  /// stay. Reorders ranks.
  static std::uint64_t limit_of(std::span<Rank> ranks, std::size_t names_max, std::size_t bytes_max) noexcept;

  std::string_view at(const Slot& slot) const noexcept {
    return {&text_[slot.offset_plus_one - 1] + kHeaderBytes, slot.size};
  }
  /// A name on its way in.
  struct Waiting {
    std::uint64_t hash;  // keyed
    std::uint8_t size;
    char bytes[255];
  };
  static constexpr std::size_t kWaitingMax = 8;

  void enter(std::uint64_t hash, std::string_view name) noexcept;
  /// The place of name, or the free one where it belongs.
  Slot& find(std::uint64_t hash, std::string_view name) noexcept;
  void cut() noexcept;
  template <class Visit>
  void visit_records(Visit visit) const;

  HashSeed seed_;
  std::size_t names_max_, bytes_max_;
  std::size_t capacity_;
  std::size_t mask_;
  std::size_t count_ = 0, used_bytes_ = 0;
  std::uint64_t limit_ = kNoLimit;  // names of this rank and above have had to go
  std::uint64_t lost_ = 0;
  PageArray<Slot> slots_;
  PageArray<char> text_;   // a record for each name: observations, size, bytes
  PageArray<Rank> ranks_;  // untouched until the set is full for the first time
  std::size_t waiting_count_ = 0;
  std::array<Waiting, kWaitingMax> waiting_;
};

/// What one set would hold that had been given the names of all.
struct MergedNames {
  TextList names;          ///< each once, sorted by bytes
  std::uint64_t lost = 0;  ///< as NameSet::lost(), of names that one of the sets still held
};
/// sets: at least one, all with the same bounds.
MergedNames merged(std::span<const NameSet* const> sets);

}  // namespace netpulse
