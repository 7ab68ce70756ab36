#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "engine/base/bytes.h"

namespace netpulse {

/// Types of the MaxMind DB format, version 2.0, "Data Field Format".
enum class MmdbType : std::uint8_t {
  kPointer = 1,
  kUtf8 = 2,
  kDouble = 3,
  kBytes = 4,
  kUint16 = 5,
  kUint32 = 6,
  kMap = 7,
  kInt32 = 8,
  kUint64 = 9,
  kUint128 = 10,
  kArray = 11,
  kBoolean = 14,
  kFloat = 15
};

/// One field's beginning, pointer or not.
struct MmdbField {
  MmdbType type;
  std::size_t size;     ///< bytes of a scalar's value, entries of a map or array, a pointer's target
  std::size_t payload;  ///< where the value begins: for a pointer, where it ends
};

/// A data section, or the metadata, of an MMDB file: any bytes. Control side only.
/// Source: https://maxmind.github.io/MaxMind-DB/ version 2.0.
class MmdbSection {
 public:
  /// Maps and arrays inside each other; real databases have four.
  static constexpr std::size_t kDepthMax = 32;

  explicit MmdbSection(Bytes bytes) : bytes_(bytes), visited_(bytes.size()) {}

  /// The field at offset. Nothing if it does not fit, its type is unknown or its size is wrong for its type.
  std::optional<MmdbField> field(std::size_t offset) const noexcept;
  /// The same, and where offset has a pointer the field that it points to; never a pointer.
  std::optional<MmdbField> resolved(std::size_t offset) const noexcept;
  std::string_view text(const MmdbField& field) const noexcept;
  /// An unsigned integer of at most 64 bits.
  std::optional<std::uint64_t> number(const MmdbField& field) const noexcept;

  /// True if the value at offset and everything it points to is well-formed. Each field is looked at once over all
  /// calls, but for hostile overlaps, which are refused when they cost too much.
  /// pointers_to_scalars: refuse pointers to maps and arrays (metadata has none; libmaxminddb expands them).
  bool check(std::size_t offset, bool pointers_to_scalars = false);
  /// Where the value ends, after check().
  std::optional<std::size_t> end(std::size_t offset) const noexcept;
  /// Where the value of a key is, in the map at map_offset; after check().
  std::optional<std::size_t> find_offset(std::size_t map_offset, std::string_view key) const noexcept;
  /// That value.
  std::optional<MmdbField> find(std::size_t map_offset, std::string_view key) const noexcept;

 private:
  /// Calls visit(offset, field, is_key) for the value at offset and all in it, pointers not followed; false if anything
  /// is malformed or visit says so. end: where the value ended.
  template <class Visit>
  bool walk(std::size_t offset, std::size_t& end, Visit visit) const noexcept;

  Bytes bytes_;
  std::vector<bool> visited_;
  std::vector<std::size_t> pending_;
  std::size_t fields_seen_ = 0;
};

}  // namespace netpulse
