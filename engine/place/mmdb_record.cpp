#include "engine/place/mmdb_record.h"

#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <span>
#include <string_view>

namespace netpulse {
namespace {

/// Keys from the record's map inwards, ended by null.
using Path = std::array<const char*, 4>;

constexpr Path kCountryPaths[] = {{"country", "iso_code"}, {"country_code"}, {"country"}};
constexpr Path kCityPaths[] = {{"city", "names", "en"}, {"city", "name"}, {"city"}};
constexpr Path kLatitudePaths[] = {{"location", "latitude"}, {"latitude"}, {"lat"}};
constexpr Path kLongitudePaths[] = {{"location", "longitude"}, {"longitude"}, {"lng"}, {"lon"}};
constexpr Path kAsnPaths[] = {{"autonomous_system_number"}, {"traits", "autonomous_system_number"}, {"asn"}};
constexpr Path kOrganizationPaths[] = {{"autonomous_system_organization"},
                                       {"traits", "autonomous_system_organization"},
                                       {"as_name"},
                                       {"as_organization"},
                                       {"as_org"}};

std::optional<MMDB_entry_data_s> value_at(MMDB_entry_s entry, const Path& path) {
  MMDB_entry_data_s value;
  if (MMDB_aget_value(&entry, &value, path.data()) != MMDB_SUCCESS || !value.has_data) return std::nullopt;
  return value;
}

std::string_view text_of(const MMDB_entry_data_s& value) noexcept {
  if (value.type != MMDB_DATA_TYPE_UTF8_STRING) return {};
  return {value.utf8_string, value.data_size};
}

/// text as a number from its first byte to its last.
template <class Number>
std::optional<Number> parse(std::string_view text) noexcept {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<double> degrees_of(const MMDB_entry_data_s& value, double limit) noexcept {
  std::optional<double> degrees;
  switch (value.type) {
    case MMDB_DATA_TYPE_DOUBLE:
      degrees = value.double_value;
      break;
    case MMDB_DATA_TYPE_FLOAT:
      degrees = static_cast<double>(value.float_value);
      break;
    case MMDB_DATA_TYPE_INT32:
      degrees = value.int32;
      break;
    default:
      degrees = parse<double>(text_of(value));
  }
  // Also refuses what is no number.
  if (!degrees || !(std::abs(*degrees) <= limit)) return std::nullopt;
  return degrees;
}

std::optional<std::uint32_t> asn_of(const MMDB_entry_data_s& value) noexcept {
  switch (value.type) {
    case MMDB_DATA_TYPE_UINT16:
      return value.uint16;
    case MMDB_DATA_TYPE_UINT32:
      return value.uint32;
    case MMDB_DATA_TYPE_UINT64:
      if (value.uint64 > std::numeric_limits<std::uint32_t>::max()) return std::nullopt;
      return static_cast<std::uint32_t>(value.uint64);
    default:
      break;
  }
  std::string_view text = text_of(value);
  if (text.starts_with("AS") || text.starts_with("as")) text.remove_prefix(2);
  return parse<std::uint32_t>(text);
}

std::string first_text(MMDB_entry_s entry, std::span<const Path> paths) {
  for (const Path& path : paths)
    if (const auto value = value_at(entry, path))
      if (const std::string_view text = text_of(*value); !text.empty())
        return std::string(text.substr(0, MmdbRecord::kTextBytesMax));
  return {};
}

/// A code, not the name that some flat layouts have under "country".
std::string country_code(MMDB_entry_s entry) {
  for (const Path& path : kCountryPaths)
    if (const auto value = value_at(entry, path))
      if (const std::string_view text = text_of(*value); text.size() == 2) return std::string(text);
  return {};
}

std::optional<double> first_degrees(MMDB_entry_s entry, std::span<const Path> paths, double limit) {
  for (const Path& path : paths)
    if (const auto value = value_at(entry, path))
      if (const auto degrees = degrees_of(*value, limit)) return degrees;
  return std::nullopt;
}

}  // namespace

MmdbRecord read_mmdb_record(MMDB_entry_s entry) {
  MmdbRecord record;
  record.country = country_code(entry);
  record.city = first_text(entry, kCityPaths);
  record.as_organization = first_text(entry, kOrganizationPaths);
  for (const Path& path : kAsnPaths) {
    if (record.asn != 0) break;
    if (const auto value = value_at(entry, path)) record.asn = asn_of(*value).value_or(0);
  }
  const auto latitude = first_degrees(entry, kLatitudePaths, 90),
             longitude = first_degrees(entry, kLongitudePaths, 180);
  if (latitude && longitude) {
    record.has_coordinates = true;
    record.latitude_degrees = static_cast<float>(*latitude);
    record.longitude_degrees = static_cast<float>(*longitude);
  }
  return record;
}

}  // namespace netpulse
