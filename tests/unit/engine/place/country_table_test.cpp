#include "engine/place/country_table.h"

#include <gtest/gtest.h>

#include <set>

#include "configs/places/bundled.h"

namespace netpulse {
namespace {

std::string error_of(std::string_view toml) {
  const auto table = CountryTable::parse(toml, "countries.toml");
  return table.ok() ? "" : table.error().message;
}

TEST(CountryTable, FindsCountriesInAnyCase) {
  const auto table = CountryTable::parse("SE = [\"Sweden\", 62.8, 16.7]\nFJ = [\"Fiji\", -17.8, 178]\n", "c");
  ASSERT_TRUE(table.ok()) << table.error().message;
  const RegionId sweden = table.value().find("SE");
  EXPECT_EQ(table.value().find("se"), sweden);
  EXPECT_EQ(table.value().code(sweden), "SE");
  const Region& region = table.value().regions()[sweden];
  EXPECT_EQ(region.name, "Sweden");
  EXPECT_FLOAT_EQ(region.latitude_degrees, 62.8F);
  EXPECT_FLOAT_EQ(region.longitude_degrees, 16.7F);
  EXPECT_FLOAT_EQ(table.value().regions()[table.value().find("FJ")].longitude_degrees, 178);
}

TEST(CountryTable, FindsNothingForWhatIsNoCode) {
  const CountryTable table = bundled_countries();
  for (const char* code : {"", "S", "SWE", "??", "A1", "XX", "\xc3\xa5"})
    EXPECT_EQ(table.find(code), kRegionUnknown) << code;
  for (const RegionId region : {kRegionUnknown, kRegionPrivate, kRegionMulticast, kRegionReserved})
    EXPECT_EQ(table.code(region), "");
  EXPECT_EQ(table.code(60'000), "");
}

TEST(CountryTable, RefusesWhatItCannotUse) {
  EXPECT_EQ(error_of("SWE = [\"Sweden\", 1, 2]"), "countries.toml:1: \"SWE\" is no country code of two letters");
  for (const char* value : {"\"Sweden\"", "[]", "[\"Sweden\"]", "[\"Sweden\", 1]", "[\"Sweden\", 91, 2]",
                            "[\"Sweden\", 1, 180.5]", "[\"Sweden\", nan, 1]", "[1, 2, 3]", "[\"Sweden\", 1, 2, 3]"})
    EXPECT_EQ(error_of("\nSE = " + std::string(value)),
              "countries.toml:2: a country is [\"Name\", latitude, longitude]")
        << value;
  EXPECT_NE(error_of("SE = [\"Sweden\", 1, 2]\nse = [\"Sweden\", 1, 2]"), "");
  EXPECT_NE(error_of("SE = "), "");
}

TEST(CountryTable, IsBundledWithEveryCountryOfIso3166) {
  const CountryTable table = bundled_countries();
  EXPECT_EQ(table.regions().size(), kFirstCountry + 250U);  // 249, and Kosovo
  std::set<std::string> names;
  for (const Region& region : table.regions()) {
    EXPECT_TRUE(names.insert(region.name).second) << region.name;
    if (table.find(region.label) == kRegionUnknown) continue;
    EXPECT_EQ(table.code(table.find(region.label)), region.label);
  }
}

TEST(CountryTable, PutsEachKindOfSpecialAddressSomewhere) {
  EXPECT_EQ(CountryTable::region_of(SpecialAddressKind::kNone), kRegionUnknown);
  EXPECT_EQ(CountryTable::region_of(SpecialAddressKind::kLinkLocal), kRegionPrivate);
  EXPECT_EQ(CountryTable::region_of(SpecialAddressKind::kBroadcast), kRegionMulticast);
  EXPECT_EQ(CountryTable::region_of(SpecialAddressKind::kTeredo), kRegionReserved);
  for (int i = 1; i < static_cast<int>(SpecialAddressKind::kCount); ++i)
    EXPECT_NE(CountryTable::region_of(static_cast<SpecialAddressKind>(i)), kRegionUnknown);
}

}  // namespace
}  // namespace netpulse
