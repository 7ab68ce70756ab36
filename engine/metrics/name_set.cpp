#include "engine/metrics/name_set.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "engine/base/bytes.h"

namespace netpulse {
namespace {

constexpr std::size_t kNameBytesMax = 255;

/// A name's first eight bytes decide most comparisons without a look at the text.
struct SortEntry {
  std::uint64_t first_bytes;
  std::string_view name;

  bool operator<(const SortEntry& other) const noexcept {
    return first_bytes != other.first_bytes ? first_bytes < other.first_bytes : name < other.name;
  }
};

SortEntry sort_entry(std::string_view name) noexcept {
  std::array<std::uint8_t, 8> first_bytes{};
  std::copy_n(name.begin(), std::min(name.size(), first_bytes.size()), first_bytes.begin());
  return {ByteCursor(first_bytes).u64(), name};
}

}  // namespace

NameSet::NameSet(std::size_t names_max, std::size_t bytes_max, const HashSeed& seed)
    : seed_(seed),
      names_max_(names_max),
      mask_(std::bit_ceil(names_max * 2 + 2) - 1),
      slots_(mask_ + 1, PageMemory::Pages::kNormal),
      text_(bytes_max, PageMemory::Pages::kNormal) {}

bool NameSet::insert(std::string_view name) noexcept {
  // Once full it stays so: looking up what is known already would only cost.
  if (full_ || name.size() > kNameBytesMax) return false;
  const std::uint64_t hash = keyed_hash(name.data(), name.size(), seed_);
  const auto hash_part = static_cast<std::uint16_t>(hash >> 48);
  std::size_t position = hash & mask_;
  // At most half of the slots are ever used, so a free one ends the search.
  for (; slots_[position].offset_plus_one != 0; position = (position + 1) & mask_) {
    const Slot& slot = slots_[position];
    if (slot.hash_part == hash_part && at(slot) == name) return true;
  }
  if (count_ == names_max_ || text_.size() - used_bytes_ < name.size() + 1) {
    full_ = true;
    return false;
  }
  slots_[position] = {static_cast<std::uint32_t>(used_bytes_ + 1), hash_part, static_cast<std::uint16_t>(name.size())};
  text_[used_bytes_] = static_cast<char>(name.size());
  std::memcpy(text_.data() + used_bytes_ + 1, name.data(), name.size());
  used_bytes_ += name.size() + 1;
  ++count_;
  return true;
}

std::vector<std::string_view> NameSet::names() const {
  std::vector<std::string_view> all;
  all.reserve(count_);
  for (std::size_t at = 0; at < used_bytes_;) {
    const std::size_t size = static_cast<std::uint8_t>(text_[at]);
    all.emplace_back(&text_[at] + 1, size);
    at += size + 1;
  }
  return all;
}

std::vector<std::string> sorted_once(const std::vector<std::string_view>& names) {
  std::vector<SortEntry> entries;
  entries.reserve(names.size());
  for (const std::string_view name : names) entries.push_back(sort_entry(name));
  std::sort(entries.begin(), entries.end());
  std::vector<std::string> sorted;
  sorted.reserve(names.size());
  for (const SortEntry& entry : entries)
    if (sorted.empty() || sorted.back() != entry.name) sorted.emplace_back(entry.name);
  return sorted;
}

}  // namespace netpulse
