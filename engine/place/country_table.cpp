#include "engine/place/country_table.h"

#include <optional>

#include "engine/config/toml_document.h"

namespace netpulse {
namespace {

/// 0-25 for a letter of ASCII, in any case.
std::optional<std::size_t> letter(char c) noexcept {
  if (c >= 'A' && c <= 'Z') return static_cast<std::size_t>(c - 'A');
  if (c >= 'a' && c <= 'z') return static_cast<std::size_t>(c - 'a');
  return std::nullopt;
}

/// Where a code of two letters stands in a table of all of them.
std::optional<std::size_t> code_index(std::string_view code) noexcept {
  if (code.size() != 2) return std::nullopt;
  const auto first = letter(code[0]), second = letter(code[1]);
  if (!first || !second) return std::nullopt;
  return *first * 26 + *second;
}

/// The degrees of a node if they are within [-limit, limit].
std::optional<float> degrees(const toml::node* node, double limit) {
  if (node == nullptr) return std::nullopt;
  const std::optional<double> value = node->value<double>();
  if (!value || !(*value >= -limit && *value <= limit)) return std::nullopt;
  return static_cast<float>(*value);
}

}  // namespace

CountryTable::CountryTable()
    : regions_{{"unknown", "unknown"}, {"private", "private"}, {"multicast", "multicast"}, {"reserved", "reserved"}} {}

Result<CountryTable> CountryTable::parse(std::string_view toml, const std::string& name) {
  auto document = parse_toml(toml, name);
  if (!document.ok()) return document.error();
  CountryTable table;
  for (const auto& [key, node] : document.value()) {
    const std::string place = toml_place(name, node) + ": ";
    const auto index = code_index(key.str());
    if (!index) return Error{place + "\"" + std::string(key.str()) + "\" is no country code of two letters"};
    if (table.by_code_[*index] != kRegionUnknown) return Error{place + std::string(key.str()) + " is there twice"};
    if (table.regions_.size() == kCountriesMax) return Error{place + "more countries than there can be"};
    const toml::array* values = node.as_array();
    const auto text = values == nullptr || values->empty() ? std::nullopt : (*values)[0].value<std::string>();
    const auto latitude = values == nullptr ? std::nullopt : degrees(values->get(1), 90);
    const auto longitude = values == nullptr ? std::nullopt : degrees(values->get(2), 180);
    if (!text || !latitude || !longitude || values->size() != 3)
      return Error{place + "a country is [\"Name\", latitude, longitude]"};
    std::string label(key.str());
    for (char& c : label) c = static_cast<char>(c & ~0x20);
    table.by_code_[*index] = static_cast<RegionId>(table.regions_.size());
    table.regions_.push_back({std::move(label), *text, *latitude, *longitude});
  }
  return table;
}

RegionId CountryTable::find(std::string_view code) const noexcept {
  const auto index = code_index(code);
  return index ? by_code_[*index] : kRegionUnknown;
}

std::string_view CountryTable::code(RegionId region) const noexcept {
  if (region < kFirstCountry || region >= regions_.size()) return {};
  return regions_[region].label;
}

RegionId CountryTable::region_of(SpecialAddressKind kind) noexcept {
  switch (kind) {
    case SpecialAddressKind::kNone:
      return kRegionUnknown;
    case SpecialAddressKind::kUnspecified:
    case SpecialAddressKind::kThisNetwork:
    case SpecialAddressKind::kPrivate:
    case SpecialAddressKind::kSharedAddressSpace:
    case SpecialAddressKind::kUniqueLocal:
    case SpecialAddressKind::kLoopback:
    case SpecialAddressKind::kLinkLocal:
      return kRegionPrivate;
    case SpecialAddressKind::kMulticast:
    case SpecialAddressKind::kBroadcast:
      return kRegionMulticast;
    default:
      return kRegionReserved;
  }
}

}  // namespace netpulse
