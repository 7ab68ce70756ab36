#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/place/special_address.h"

namespace netpulse {

/// Index into CountryTable::regions(). The first ones are for addresses in no country, or in none that is known.
using RegionId = std::uint16_t;
inline constexpr RegionId kRegionUnknown = 0, kRegionPrivate = 1, kRegionMulticast = 2, kRegionReserved = 3;
inline constexpr RegionId kFirstCountry = 4;

/// A country, or one of the four regions that are none.
struct Region {
  std::string label;           ///< "SE"; "unknown", "private", "multicast", "reserved"
  std::string name;            ///< "Sweden", in English
  float latitude_degrees = 0;  ///< a point near the country's middle
  float longitude_degrees = 0;
};

/// All regions that traffic is counted by: a closed set.
class CountryTable {
 public:
  static constexpr std::size_t kCountriesMax = 300;

  /// No country at all.
  CountryTable();
  /// toml: a line CODE = ["Name", latitude, longitude] for each country. Errors name file and line.
  static Result<CountryTable> parse(std::string_view toml, const std::string& name);

  std::span<const Region> regions() const noexcept { return regions_; }
  /// code: ISO 3166-1 alpha-2, in any case. kRegionUnknown if it is no country's.
  RegionId find(std::string_view code) const noexcept;
  /// "SE" for a country, empty for the regions that are none.
  std::string_view code(RegionId region) const noexcept;
  /// Where traffic of a special address is counted; kRegionUnknown for kNone.
  static RegionId region_of(SpecialAddressKind kind) noexcept;

 private:
  static constexpr std::size_t kLetters = 26;

  std::vector<Region> regions_;
  std::array<RegionId, kLetters * kLetters> by_code_{};
};

}  // namespace netpulse
