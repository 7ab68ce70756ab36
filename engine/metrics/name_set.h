#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/keyed_hash.h"
#include "engine/base/page_memory.h"

namespace netpulse {

/// A bounded set of byte strings for the report's name lists: fixed memory, no allocation after construction, pages
/// resident only when used.
class NameSet {
 public:
  /// bytes_max: of all names together, and one more for each, below 4 GiB.
  NameSet(std::size_t names_max, std::size_t bytes_max, const HashSeed& seed);

  /// Remembers name; false if it is longer than 255 bytes, or if there was no room: from the first refusal on the set
  /// takes nothing more, and refuses names it knows as well.
  bool insert(std::string_view name) noexcept;
  std::size_t size() const noexcept { return count_; }
  /// All names, in the order in which they came; views into the set.
  std::vector<std::string_view> names() const;

 private:
  struct Slot {
    std::uint32_t offset_plus_one;  // of its length byte in the text; 0: empty
    std::uint16_t hash_part;
    std::uint16_t size;
  };
  std::string_view at(const Slot& slot) const noexcept { return {&text_[slot.offset_plus_one - 1] + 1, slot.size}; }

  HashSeed seed_;
  std::size_t names_max_;
  std::size_t mask_;
  std::size_t count_ = 0, used_bytes_ = 0;
  bool full_ = false;
  PageArray<Slot> slots_;
  PageArray<char> text_;
};

/// Each name once, sorted by bytes. names: in any order, with repeats; views to be valid during the call.
std::vector<std::string> sorted_once(const std::vector<std::string_view>& names);

}  // namespace netpulse
