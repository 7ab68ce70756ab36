#include "engine/place/mmdb_section.h"

#include <array>

namespace netpulse {
namespace {

/// A field may be looked at so often, per byte of the section, before overlaps are taken for an attack.
constexpr std::size_t kFieldsPerByteMax = 8;
constexpr std::uint8_t kExtendedTypesBegin = 7;
// Sizes and pointers that are too long for their few bits go on behind them, from these on.
constexpr std::size_t kSizeOneByte = 29, kSizeTwoBytes = 285, kSizeThreeBytes = 65'821;
constexpr std::size_t kPointerTwoBytes = 2048, kPointerThreeBytes = 526'336;

bool is_container(MmdbType type) noexcept { return type == MmdbType::kMap || type == MmdbType::kArray; }

std::size_t read_pointer(std::uint8_t control, ByteCursor& cursor) noexcept {
  const std::size_t high = control & 7;
  switch (control >> 3 & 3) {
    case 0:
      return high << 8 | cursor.u8();
    case 1:
      return (high << 16 | cursor.u16()) + kPointerTwoBytes;
    case 2:
      return (high << 24 | cursor.u24()) + kPointerThreeBytes;
    default:
      return cursor.u32();
  }
}

std::size_t read_size(std::uint8_t control, ByteCursor& cursor) noexcept {
  switch (const std::size_t size = control & 31; size) {
    case 29:
      return kSizeOneByte + cursor.u8();
    case 30:
      return kSizeTwoBytes + cursor.u16();
    case 31:
      return kSizeThreeBytes + cursor.u24();
    default:
      return size;
  }
}

/// Whether a field of this type may have this size and still fit into what is left.
bool size_fits(MmdbType type, std::size_t size, std::size_t left) noexcept {
  switch (type) {
    case MmdbType::kPointer:
      return true;
    case MmdbType::kUtf8:
    case MmdbType::kBytes:
      return size <= left;
    case MmdbType::kDouble:
      return size == 8 && size <= left;
    case MmdbType::kFloat:
      return size == 4 && size <= left;
    case MmdbType::kUint16:
      return size <= 2 && size <= left;
    case MmdbType::kUint32:
    case MmdbType::kInt32:
      return size <= 4 && size <= left;
    case MmdbType::kUint64:
      return size <= 8 && size <= left;
    case MmdbType::kUint128:
      return size <= 16 && size <= left;
    case MmdbType::kBoolean:
      return size <= 1;
    // Each entry is a byte at least.
    case MmdbType::kMap:
      return size <= left / 2;
    case MmdbType::kArray:
      return size <= left;
  }
  return false;
}

/// Bytes behind payload that belong to the field itself.
std::size_t value_bytes(const MmdbField& field) noexcept {
  return field.type == MmdbType::kPointer || field.type == MmdbType::kBoolean || is_container(field.type) ? 0
                                                                                                          : field.size;
}

}  // namespace

std::optional<MmdbField> MmdbSection::field(std::size_t offset) const noexcept {
  if (offset >= bytes_.size()) return std::nullopt;
  ByteCursor cursor(bytes_.subspan(offset));
  const std::uint8_t control = cursor.u8();
  auto type = static_cast<std::uint8_t>(control >> 5);
  std::size_t size = 0;
  if (type == static_cast<std::uint8_t>(MmdbType::kPointer)) {
    size = read_pointer(control, cursor);
  } else {
    if (type == 0) {
      const std::uint8_t extended = cursor.u8();
      if (extended == 0 || extended > static_cast<std::uint8_t>(MmdbType::kFloat) - kExtendedTypesBegin)
        return std::nullopt;
      type = static_cast<std::uint8_t>(extended + kExtendedTypesBegin);
    }
    size = read_size(control, cursor);
  }
  // 12 and 13 (cache container, end marker) never are in a file.
  if (cursor.failed() || !size_fits(static_cast<MmdbType>(type), size, cursor.remaining())) return std::nullopt;
  return MmdbField{static_cast<MmdbType>(type), size, offset + cursor.position()};
}

std::optional<MmdbField> MmdbSection::resolved(std::size_t offset) const noexcept {
  std::optional<MmdbField> found = field(offset);
  if (found && found->type == MmdbType::kPointer) found = field(found->size);
  if (found && found->type == MmdbType::kPointer) return std::nullopt;
  return found;
}

std::string_view MmdbSection::text(const MmdbField& field) const noexcept {
  return field.type == MmdbType::kUtf8 ? as_text(bytes_.subspan(field.payload, field.size)) : std::string_view{};
}

std::optional<std::uint64_t> MmdbSection::number(const MmdbField& field) const noexcept {
  if (field.type != MmdbType::kUint16 && field.type != MmdbType::kUint32 && field.type != MmdbType::kUint64)
    return std::nullopt;
  std::uint64_t value = 0;
  for (const std::uint8_t octet : bytes_.subspan(field.payload, field.size)) value = value << 8 | octet;
  return value;
}

template <class Visit>
bool MmdbSection::walk(std::size_t offset, std::size_t& end, Visit visit) const noexcept {
  struct Container {
    std::size_t fields_left;
    bool map;
  };
  std::array<Container, kDepthMax> open;
  std::size_t depth = 0;
  end = offset;
  do {
    bool key = false;
    if (depth != 0) {
      Container& container = open[depth - 1];
      key = container.map && container.fields_left % 2 == 0;
      --container.fields_left;
    }
    const std::optional<MmdbField> found = field(end);
    if (!found || !visit(end, *found, key)) return false;
    end = found->payload + value_bytes(*found);
    if (is_container(found->type)) {
      if (depth == kDepthMax) return false;
      const bool map = found->type == MmdbType::kMap;
      open[depth++] = {map ? found->size * 2 : found->size, map};
    }
    while (depth != 0 && open[depth - 1].fields_left == 0) --depth;
  } while (depth != 0);
  return true;
}

bool MmdbSection::check(std::size_t offset, bool pointers_to_scalars) {
  const auto visit = [&](std::size_t at, const MmdbField& found, bool key) {
    if (++fields_seen_ > bytes_.size() * kFieldsPerByteMax) return false;
    visited_[at] = true;
    const std::optional<MmdbField> value = found.type == MmdbType::kPointer ? resolved(at) : found;
    if (!value || (key && value->type != MmdbType::kUtf8)) return false;
    if (found.type != MmdbType::kPointer) return true;
    if (pointers_to_scalars && is_container(value->type)) return false;
    if (!visited_[found.size]) pending_.push_back(found.size);
    return true;
  };
  if (offset >= bytes_.size()) return false;
  pending_.assign({offset});
  while (!pending_.empty()) {
    const std::size_t next = pending_.back();
    pending_.pop_back();
    std::size_t end = 0;
    if (!visited_[next] && !walk(next, end, visit)) return false;
  }
  return true;
}

std::optional<std::size_t> MmdbSection::end(std::size_t offset) const noexcept {
  std::size_t end = 0;
  if (!walk(offset, end, [](std::size_t, const MmdbField&, bool) { return true; })) return std::nullopt;
  return end;
}

std::optional<std::size_t> MmdbSection::find_offset(std::size_t map_offset, std::string_view key) const noexcept {
  const std::optional<MmdbField> map = resolved(map_offset);
  if (!map || map->type != MmdbType::kMap) return std::nullopt;
  std::size_t at = map->payload;
  for (std::size_t i = 0; i < map->size; ++i) {
    const std::optional<MmdbField> name = resolved(at);
    const std::optional<std::size_t> value = end(at);
    if (!name || !value) return std::nullopt;
    if (text(*name) == key) return value;
    const std::optional<std::size_t> next = end(*value);
    if (!next) return std::nullopt;
    at = *next;
  }
  return std::nullopt;
}

std::optional<MmdbField> MmdbSection::find(std::size_t map_offset, std::string_view key) const noexcept {
  const std::optional<std::size_t> offset = find_offset(map_offset, key);
  return offset ? resolved(*offset) : std::nullopt;
}

}  // namespace netpulse
