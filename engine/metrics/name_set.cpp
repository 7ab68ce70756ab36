#include "engine/metrics/name_set.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <limits>
#include <utility>

#include "engine/base/assert.h"
#include "engine/base/bytes.h"
#include "engine/base/content_hash.h"
#include "engine/base/prefetch.h"

namespace netpulse {
namespace {

constexpr std::size_t kNameBytesMax = 255;
constexpr std::size_t kCountBytes = sizeof(std::uint32_t);
static_assert(NameSet::kHeaderBytes == kCountBytes + 1);

/// Room behind the bounds, so that what is too much can go in one piece.
constexpr std::size_t with_slack(std::size_t bound, std::size_t slack_min) noexcept {
  return bound + std::max(bound / 2, slack_min);
}

/// A name's first eight bytes decide most comparisons without a look at the text.
struct SortEntry {
  std::uint64_t first_bytes;
  NameSet::Entry entry;

  bool operator<(const SortEntry& other) const noexcept {
    return first_bytes != other.first_bytes ? first_bytes < other.first_bytes : entry.name < other.entry.name;
  }
};

SortEntry sort_entry(const NameSet::Entry& entry) noexcept {
  std::array<std::uint8_t, 8> first_bytes{};
  std::copy_n(entry.name.begin(), std::min(entry.name.size(), first_bytes.size()), first_bytes.begin());
  return {ByteCursor(first_bytes).u64(), entry};
}

}  // namespace

NameSet::NameSet(std::size_t names_max, std::size_t bytes_max, const HashSeed& seed)
    : seed_(seed),
      names_max_(names_max),
      bytes_max_(bytes_max),
      capacity_(with_slack(names_max, 1)),
      mask_(std::bit_ceil(names_max * 3 + 2) - 1),
      slots_(mask_ + 1, PageMemory::Pages::kNormal),
      text_(with_slack(bytes_max, kHeaderBytes + kNameBytesMax), PageMemory::Pages::kNormal),
      ranks_(capacity_, PageMemory::Pages::kNormal) {}

NameSet::Slot& NameSet::find(std::uint64_t hash, std::string_view name) noexcept {
  const auto hash_part = static_cast<std::uint16_t>(hash >> 48);
  std::size_t position = hash & mask_;
  // At most half of the slots are ever used, so a free one ends the search.
  for (; slots_[position].offset_plus_one != 0; position = (position + 1) & mask_)
    if (slots_[position].hash_part == hash_part && at(slots_[position]) == name) break;
  return slots_[position];
}

void NameSet::insert(std::string_view name) noexcept {
  if (name.size() > kNameBytesMax) {
    ++lost_;
    return;
  }
  Waiting& waiting = waiting_[waiting_count_++];
  waiting.hash = keyed_hash(name.data(), name.size(), seed_);
  waiting.size = static_cast<std::uint8_t>(name.size());
  std::memcpy(waiting.bytes, name.data(), name.size());
  prefetch_to_write(&slots_[waiting.hash & mask_]);
  if (waiting_count_ == kWaitingMax) settle();
}

void NameSet::settle() noexcept {
  const std::span all(waiting_.data(), std::exchange(waiting_count_, 0));
  for (const Waiting& waiting : all)
    if (const std::uint32_t offset = slots_[waiting.hash & mask_].offset_plus_one; offset != 0)
      prefetch_to_write(&text_[offset - 1]);
  for (const Waiting& waiting : all) enter(waiting.hash, {waiting.bytes, waiting.size});
}

void NameSet::enter(std::uint64_t hash, std::string_view name) noexcept {
  if (limit_ != kNoLimit && content_hash(name) >= limit_) {
    ++lost_;
    return;
  }
  Slot* slot = &find(hash, name);
  if (slot->offset_plus_one != 0) {
    char* const counter = &text_[slot->offset_plus_one - 1];
    std::uint32_t observations;
    std::memcpy(&observations, counter, sizeof observations);
    if (observations != std::numeric_limits<std::uint32_t>::max()) ++observations;
    std::memcpy(counter, &observations, sizeof observations);
    return;
  }
  if (count_ == capacity_ || text_.size() - used_bytes_ < name.size() + kHeaderBytes) [[unlikely]] {
    cut();
    if (content_hash(name) >= limit_) {
      ++lost_;
      return;
    }
    slot = &find(hash, name);
  }
  *slot = {static_cast<std::uint32_t>(used_bytes_ + 1), static_cast<std::uint16_t>(hash >> 48),
           static_cast<std::uint16_t>(name.size())};
  char* const record = text_.data() + used_bytes_;
  constexpr std::uint32_t kOnce = 1;
  std::memcpy(record, &kOnce, kCountBytes);
  record[kCountBytes] = static_cast<char>(name.size());
  std::memcpy(record + kHeaderBytes, name.data(), name.size());
  used_bytes_ += name.size() + kHeaderBytes;
  ++count_;
}

template <class Visit>
void NameSet::visit_records(Visit visit) const {
  for (std::size_t at = 0; at < used_bytes_;) {
    const char* const record = &text_[at];
    const std::size_t size = static_cast<std::uint8_t>(record[kCountBytes]);
    std::uint32_t observations;
    std::memcpy(&observations, record, sizeof observations);
    at += size + kHeaderBytes;
    visit(Entry{{record + kHeaderBytes, size}, observations});
  }
}

std::uint64_t NameSet::limit_of(std::span<Rank> ranks, std::size_t names_max, std::size_t bytes_max) noexcept {
  const auto smaller = [](const Rank& a, const Rank& b) { return a.value < b.value; };
  std::uint64_t limit = kNoLimit;
  if (ranks.size() > names_max) {
    const auto first_out = ranks.begin() + static_cast<std::ptrdiff_t>(names_max);
    std::nth_element(ranks.begin(), first_out, ranks.end(), smaller);
    limit = first_out->value;
    ranks = {ranks.begin(),
             std::partition(ranks.begin(), ranks.end(), [limit](const Rank& rank) { return rank.value < limit; })};
  }
  std::size_t bytes = 0;
  for (const Rank& rank : ranks) bytes += rank.bytes;
  if (bytes <= bytes_max) return limit;
  std::sort(ranks.begin(), ranks.end(), smaller);
  bytes = 0;
  for (const Rank& rank : ranks) {
    bytes += rank.bytes;
    if (bytes > bytes_max) return rank.value;
  }
  return limit;
}

void NameSet::cut() noexcept {
  std::size_t ranked = 0;
  visit_records([&](const Entry& entry) {
    ranks_[ranked++] = {content_hash(entry.name), entry.name.size() + kHeaderBytes};
  });
  limit_ = std::min(limit_, limit_of({ranks_.data(), ranked}, names_max_, bytes_max_));
  std::memset(slots_.data(), 0, slots_.size() * sizeof(Slot));
  std::size_t end = 0;
  count_ = 0;
  visit_records([&](const Entry& entry) {
    if (content_hash(entry.name) >= limit_) {
      lost_ += entry.observations;
      return;
    }
    const std::uint64_t hash = keyed_hash(entry.name.data(), entry.name.size(), seed_);
    find(hash, entry.name) = {static_cast<std::uint32_t>(end + 1), static_cast<std::uint16_t>(hash >> 48),
                              static_cast<std::uint16_t>(entry.name.size())};
    const std::size_t bytes = entry.name.size() + kHeaderBytes;
    std::memmove(text_.data() + end, entry.name.data() - kHeaderBytes, bytes);
    end += bytes;
    ++count_;
  });
  used_bytes_ = end;
}

std::vector<NameSet::Entry> NameSet::entries() const {
  std::vector<Entry> all;
  NP_ASSERT(waiting_count_ == 0);
  all.reserve(count_);
  visit_records([&](const Entry& entry) { all.push_back(entry); });
  return all;
}

MergedNames merged(std::span<const NameSet* const> sets) {
  std::vector<SortEntry> entries;
  std::uint64_t limit = NameSet::kNoLimit;
  for (const NameSet* set : sets) {
    NP_ASSERT(set->waiting_count_ == 0);
    set->visit_records([&](const NameSet::Entry& entry) { entries.push_back(sort_entry(entry)); });
    limit = std::min(limit, set->limit_);
  }
  std::sort(entries.begin(), entries.end());
  std::size_t count = 0, bytes = 0;
  for (const SortEntry& entry : entries) {
    if (count != 0 && entries[count - 1].entry.name == entry.entry.name) {
      entries[count - 1].entry.observations += entry.entry.observations;
      continue;
    }
    bytes += entry.entry.name.size() + NameSet::kHeaderBytes;
    entries[count++] = entry;
  }
  entries.resize(count);
  const NameSet& bounds = *sets.front();
  const bool full = limit != NameSet::kNoLimit || count > bounds.names_max_ || bytes > bounds.bytes_max_;
  std::vector<std::uint64_t> hashes(full ? count : 0);
  if (full) {
    std::vector<NameSet::Rank> ranks(count);
    for (std::size_t i = 0; i < count; ++i) {
      hashes[i] = content_hash(entries[i].entry.name);
      ranks[i] = {hashes[i], entries[i].entry.name.size() + NameSet::kHeaderBytes};
    }
    limit = std::min(limit, NameSet::limit_of(ranks, bounds.names_max_, bounds.bytes_max_));
  }
  MergedNames names;
  names.names.reserve(count, bytes);
  for (std::size_t i = 0; i < count; ++i) {
    if (full && hashes[i] >= limit)
      names.lost += entries[i].entry.observations;
    else
      names.names.push_back(entries[i].entry.name);
  }
  return names;
}

}  // namespace netpulse
