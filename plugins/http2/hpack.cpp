#include "plugins/http2/hpack.h"

#include <algorithm>
#include <cstring>

#include "plugins/http2/huffman.h"

namespace netpulse {
namespace {

constexpr std::size_t kNameBytesMax = 32;  // of names that are looked at
/// Larger integers cannot be lengths or indexes of anything here.
constexpr std::size_t kIntegerMax = std::size_t{1} << 24;

struct StaticEntry {
  std::string_view name, value;
};
/// RFC 7541 appendix A; index 1 is the first.
constexpr std::array<StaticEntry, 61> kStaticTable{{
    {":authority", ""},
    {":method", "GET"},
    {":method", "POST"},
    {":path", "/"},
    {":path", "/index.html"},
    {":scheme", "http"},
    {":scheme", "https"},
    {":status", "200"},
    {":status", "204"},
    {":status", "206"},
    {":status", "304"},
    {":status", "400"},
    {":status", "404"},
    {":status", "500"},
    {"accept-charset", ""},
    {"accept-encoding", "gzip, deflate"},
    {"accept-language", ""},
    {"accept-ranges", ""},
    {"accept", ""},
    {"access-control-allow-origin", ""},
    {"age", ""},
    {"allow", ""},
    {"authorization", ""},
    {"cache-control", ""},
    {"content-disposition", ""},
    {"content-encoding", ""},
    {"content-language", ""},
    {"content-length", ""},
    {"content-location", ""},
    {"content-range", ""},
    {"content-type", ""},
    {"cookie", ""},
    {"date", ""},
    {"etag", ""},
    {"expect", ""},
    {"expires", ""},
    {"from", ""},
    {"host", ""},
    {"if-match", ""},
    {"if-modified-since", ""},
    {"if-none-match", ""},
    {"if-range", ""},
    {"if-unmodified-since", ""},
    {"last-modified", ""},
    {"link", ""},
    {"location", ""},
    {"max-forwards", ""},
    {"proxy-authenticate", ""},
    {"proxy-authorization", ""},
    {"range", ""},
    {"referer", ""},
    {"refresh", ""},
    {"retry-after", ""},
    {"server", ""},
    {"set-cookie", ""},
    {"strict-transport-security", ""},
    {"transfer-encoding", ""},
    {"user-agent", ""},
    {"vary", ""},
    {"via", ""},
    {"www-authenticate", ""},
}};

constexpr HpackName name_of(std::string_view text) noexcept {
  if (text == ":authority") return HpackName::kAuthority;
  if (text == "host") return HpackName::kHost;
  if (text == ":method") return HpackName::kMethod;
  if (text == ":status") return HpackName::kStatus;
  if (text == "user-agent") return HpackName::kUserAgent;
  if (text == "content-type") return HpackName::kContentType;
  if (text == "server") return HpackName::kServer;
  return HpackName::kOther;
}

constexpr auto kStaticNames = [] {
  std::array<HpackName, kStaticTable.size()> names{};
  for (std::size_t i = 0; i < names.size(); ++i) names[i] = name_of(kStaticTable[i].name);
  return names;
}();

}  // namespace

void HpackTable::evict(std::size_t bytes_max) noexcept {
  while (used_bytes_ > bytes_max) {
    const std::size_t oldest = (newest_ + kEntriesMax + 1 - count_) % kEntriesMax;
    used_bytes_ = static_cast<std::uint16_t>(used_bytes_ - entries_[oldest].bytes);
    --count_;
  }
}

void HpackTable::set_bytes_max(std::size_t bytes_max) noexcept {
  bytes_max_ = static_cast<std::uint16_t>(std::min(bytes_max, kBytesMax));
  evict(bytes_max_);
}

void HpackTable::insert(const HpackField& field, std::size_t name_bytes, std::size_t value_bytes) noexcept {
  const std::size_t bytes = name_bytes + value_bytes + kEntryOverheadBytes;
  if (bytes > bytes_max_) {
    evict(0);  // section 4.4: an entry that is too large empties the table
    return;
  }
  evict(bytes_max_ - bytes);
  newest_ = static_cast<std::uint16_t>((newest_ + 1U) % kEntriesMax);
  ++count_;
  used_bytes_ = static_cast<std::uint16_t>(used_bytes_ + bytes);
  const auto kept = static_cast<std::uint8_t>(std::min(field.value.size(), kHpackValueBytesMax));
  if (count_ == 1) values_end_ = 0;
  // No entry that is left can be overwritten: together they take less than values_ has.
  const std::size_t tail = std::min<std::size_t>(kept, values_.size() - values_end_);
  if (kept != 0) {
    std::memcpy(&values_[values_end_], field.value.data(), tail);
    std::memcpy(values_.data(), field.value.data() + tail, kept - tail);
  }
  entries_[newest_] = {static_cast<std::uint16_t>(bytes), static_cast<std::uint16_t>(name_bytes), values_end_, kept,
                       field.name};
  values_end_ = static_cast<std::uint16_t>((values_end_ + kept) % values_.size());
}

bool HpackTable::find(std::size_t index, std::array<char, kHpackValueBytesMax>& scratch, Found& found) const noexcept {
  if (index >= count_) return false;
  const Entry& entry = entries_[(newest_ + kEntriesMax - index) % kEntriesMax];
  const std::size_t tail = std::min<std::size_t>(entry.value_bytes, values_.size() - entry.value_at);
  if (entry.value_bytes != 0) {
    std::memcpy(scratch.data(), &values_[entry.value_at], tail);
    std::memcpy(scratch.data() + tail, values_.data(), entry.value_bytes - tail);
  }
  found.field = {entry.name, {scratch.data(), entry.value_bytes}};
  found.name_bytes = entry.name_bytes;
  return true;
}

std::size_t HpackReader::take_integer(std::uint8_t first, unsigned prefix_bits) noexcept {
  const std::size_t prefix_max = (std::size_t{1} << prefix_bits) - 1;
  std::size_t value = first & prefix_max;
  if (value < prefix_max) return value;
  for (unsigned shift = 0;; shift += 7) {
    const std::uint8_t byte = cursor_.u8();
    value += (byte & std::size_t{0x7f}) << shift;
    if (value > kIntegerMax) cursor_.fail();
    if (cursor_.failed()) return 0;
    if ((byte & 0x80) == 0) return value;
    if (shift >= 21) {
      cursor_.fail();
      return 0;
    }
  }
}

HpackReader::Literal HpackReader::take_literal(std::span<char> scratch) noexcept {
  const std::uint8_t first = cursor_.u8();
  const Bytes coded = cursor_.take(take_integer(first, 7));
  if (cursor_.failed()) return {};
  if ((first & 0x80) == 0) return {as_text(coded).substr(0, scratch.size()), coded.size()};
  Literal literal;
  if (!decode_hpack_huffman(coded, scratch, literal.text_bytes)) cursor_.fail();
  literal.text = {scratch.data(), std::min(literal.text_bytes, scratch.size())};
  return literal;
}

HpackReader::Event HpackReader::next() noexcept {
  constexpr std::uint8_t kIndexed = 0x80, kWithIndexing = 0x40, kSizeUpdate = 0x20;
  while (!cursor_.at_end()) {
    const std::uint8_t first = cursor_.u8();
    if ((first & kIndexed) != 0) return read_indexed(take_integer(first, 7));
    if ((first & kWithIndexing) != 0) return read_literal(take_integer(first, 6), true);
    if ((first & kSizeUpdate) == 0) return read_literal(take_integer(first, 4), false);
    table_.set_bytes_max(take_integer(first, 5));
    if (cursor_.failed()) return Event::kMalformed;
  }
  return cursor_.failed() ? Event::kMalformed : Event::kEnd;
}

HpackReader::Event HpackReader::read_indexed(std::size_t index) noexcept {
  if (cursor_.failed() || index == 0) return Event::kMalformed;
  field_ = {};
  if (index <= kStaticTable.size()) {
    field_ = {kStaticNames[index - 1], kStaticTable[index - 1].value};
    if (field_.name == HpackName::kOther) field_.value = {};
    return Event::kField;
  }
  HpackTable::Found found;
  if (table_.find(index - kStaticTable.size() - 1, value_, found)) field_ = found.field;
  return Event::kField;
}

bool HpackReader::find_name(std::size_t index, HpackName& name, std::size_t& name_bytes) noexcept {
  if (index <= kStaticTable.size()) {
    name = kStaticNames[index - 1];
    name_bytes = kStaticTable[index - 1].name.size();
    return true;
  }
  HpackTable::Found found;
  if (!table_.find(index - kStaticTable.size() - 1, value_, found)) return false;
  name = found.field.name;
  name_bytes = found.name_bytes;
  return true;
}

HpackReader::Event HpackReader::read_literal(std::size_t name_index, bool insert) noexcept {
  if (cursor_.failed()) return Event::kMalformed;
  HpackName name = HpackName::kOther;
  std::size_t name_bytes = 0;
  bool known = true;
  if (name_index != 0) {
    known = find_name(name_index, name, name_bytes);
  } else {
    std::array<char, kNameBytesMax> scratch;
    const Literal literal = take_literal(scratch);
    name_bytes = literal.text_bytes;
    if (literal.text.size() == literal.text_bytes) name = name_of(literal.text);
  }
  const Literal value = take_literal(value_);
  if (cursor_.failed()) return Event::kMalformed;
  field_ = {name, name == HpackName::kOther ? std::string_view{} : value.text};
  if (insert) {
    // An entry whose name was dropped here has an unknown size: which older ones it evicts cannot be told.
    if (!known) table_.clear();
    table_.insert(field_, name_bytes, value.text_bytes);
  }
  return Event::kField;
}

}  // namespace netpulse
