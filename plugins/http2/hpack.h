#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "engine/base/bytes.h"

namespace netpulse {

/// The fields whose values are of interest.
enum class HpackName : std::uint8_t { kOther, kAuthority, kHost, kMethod, kStatus, kUserAgent, kContentType, kServer };

/// A decoded field; value is empty for kOther, and cut at kHpackValueBytesMax.
struct HpackField {
  HpackName name = HpackName::kOther;
  std::string_view value;
};
inline constexpr std::size_t kHpackValueBytesMax = 255;

/// The dynamic table of one direction, as far as it is of interest: every entry's size, and values of known names.
/// Not initialized until reset(). An encoder may have been allowed a larger table than this one: entries that it still
/// knows and this one has dropped are unknown fields.
/// Source: RFC 7541 sections 2.3.2, 4.
class HpackTable {
 public:
  static constexpr std::size_t kBytesMax = 4096;  ///< SETTINGS_HEADER_TABLE_SIZE's initial value

  void reset() noexcept {
    newest_ = count_ = used_bytes_ = 0;
    bytes_max_ = kBytesMax;
  }
  void clear() noexcept { evict(0); }
  /// A dynamic table size update (section 6.3).
  void set_bytes_max(std::size_t bytes_max) noexcept;
  /// name_bytes, value_bytes: of the whole name and value; field.value may be cut.
  void insert(const HpackField& field, std::size_t name_bytes, std::size_t value_bytes) noexcept;
  std::size_t count() const noexcept { return count_; }
  std::size_t used_bytes() const noexcept { return used_bytes_; }
  std::size_t bytes_max() const noexcept { return bytes_max_; }
  struct Found {
    HpackField field;
    std::size_t name_bytes = 0;
  };
  /// index: 0 is the newest entry. The value is put together in scratch. False: no such entry.
  bool find(std::size_t index, std::array<char, kHpackValueBytesMax>& scratch, Found& found) const noexcept;

 private:
  static constexpr std::size_t kEntryOverheadBytes = 32;  // section 4.1
  static constexpr std::size_t kEntriesMax = kBytesMax / kEntryOverheadBytes;
  struct Entry {
    std::uint16_t bytes;       // as section 4.1 counts them
    std::uint16_t name_bytes;  // without the overhead
    std::uint16_t value_at;    // in values_, from where it wraps around
    std::uint8_t value_bytes;  // kept
    HpackName name;
  };
  void evict(std::size_t bytes_max) noexcept;

  std::uint16_t newest_, count_, used_bytes_, bytes_max_, values_end_;
  std::array<Entry, kEntriesMax> entries_;
  std::array<char, kBytesMax> values_;
};

/// Decodes a whole header block, field by field, and keeps the dynamic table up to date. Never reads outside block; a
/// field needs at least one byte of it.
/// Source: RFC 7541 sections 3, 5, 6.
class HpackReader {
 public:
  enum class Event : std::uint8_t {
    kField,
    kEnd,
    kMalformed,  ///< the rest of the block, and what follows it in this direction, cannot be understood
  };
  HpackReader(Bytes block, HpackTable& table) noexcept : cursor_(block), table_(table) {}

  Event next() noexcept;
  /// Valid until the next call.
  const HpackField& field() const noexcept { return field_; }

 private:
  struct Literal {
    std::string_view text;       // cut at the scratch's size
    std::size_t text_bytes = 0;  // whole
  };
  std::size_t take_integer(std::uint8_t first, unsigned prefix_bits) noexcept;
  Literal take_literal(std::span<char> scratch) noexcept;
  Event read_indexed(std::size_t index) noexcept;
  Event read_literal(std::size_t name_index, bool insert) noexcept;
  bool find_name(std::size_t index, HpackName& name, std::size_t& name_bytes) noexcept;

  ByteCursor cursor_;
  HpackTable& table_;
  HpackField field_;
  std::array<char, kHpackValueBytesMax> value_;
};

}  // namespace netpulse
