#include "engine/place/place_database.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "configs/places/bundled.h"
#include "tests/unit/engine/place/mmdb_builder.h"
#include "tests/unit/engine/place/temporary_file.h"

namespace netpulse {
namespace {

using namespace mmdb;

Place place_of(PlaceDatabase& database, std::string_view address) {
  return database.lookup(*IpAddress::parse(address));
}
std::string country_of(PlaceDatabase& database, std::string_view address) {
  return std::string(database.countries().code(place_of(database, address).region));
}
/// The place that one database with one record gives.
Place place_by(const std::string& record) {
  const TemporaryFile file(Builder().add("8.8.8.0/24", record).build());
  PlaceDatabase database(bundled_countries(), {file.path()});
  EXPECT_EQ(database.states()[0].error, "");
  return place_of(database, "8.8.8.8");
}
std::string label_by(const std::string& record) { return bundled_countries().regions()[place_by(record).region].label; }

TEST(PlaceDatabase, KnowsNothingWithoutFiles) {
  PlaceDatabase database(bundled_countries(), {});
  const Place place = place_of(database, "8.8.8.8");
  EXPECT_EQ(place.region, kRegionUnknown);
  EXPECT_FALSE(place.has_coordinates);
  EXPECT_EQ(place.asn, 0U);
  EXPECT_EQ(place_of(database, "10.0.0.1").region, kRegionPrivate);
}

TEST(PlaceDatabase, ReadsTheNestedLayout) {
  const Place place = place_by(nested_city("US", "Mountain View", 37.4, -122.1));
  EXPECT_EQ(bundled_countries().code(place.region), "US");
  EXPECT_EQ(place.city, "Mountain View");
  EXPECT_TRUE(place.has_coordinates);
  EXPECT_FALSE(place.coordinates_of_country);
  EXPECT_FLOAT_EQ(place.latitude_degrees, 37.4F);
  EXPECT_FLOAT_EQ(place.longitude_degrees, -122.1F);
  const Place network = place_by(nested_network(15169, "Example"));
  EXPECT_EQ(network.asn, 15169U);
  EXPECT_EQ(network.as_organization, "Example");
}

TEST(PlaceDatabase, ReadsFlatLayouts) {
  const Place place = place_by(map({{"asn", text("AS15169")},
                                    {"as_name", text("Example")},
                                    {"city", text("Mountain View")},
                                    {"country", text("United States")},
                                    {"country_code", text("US")},
                                    {"latitude", text("37.4")},
                                    {"longitude", text("-122.1")}}));
  EXPECT_EQ(bundled_countries().code(place.region), "US");
  EXPECT_EQ(place.city, "Mountain View");
  EXPECT_EQ(place.asn, 15169U);
  EXPECT_EQ(place.as_organization, "Example");
  EXPECT_FLOAT_EQ(place.latitude_degrees, 37.4F);
  EXPECT_FLOAT_EQ(place.longitude_degrees, -122.1F);
}

TEST(PlaceDatabase, ReadsEachWayToWriteANumber) {
  EXPECT_EQ(place_by(map({{"asn", u32(64500)}})).asn, 64500U);
  EXPECT_EQ(place_by(map({{"asn", u16(64500)}})).asn, 64500U);
  EXPECT_EQ(place_by(map({{"asn", u64(64500)}})).asn, 64500U);
  EXPECT_EQ(place_by(map({{"asn", text("64500")}})).asn, 64500U);
  EXPECT_EQ(place_by(map({{"asn", text("AS4294967295")}})).asn, 4294967295U);
  const Place place = place_by(map({{"lat", short_real(1.5F)}, {"lng", real(2.5)}}));
  EXPECT_FLOAT_EQ(place.latitude_degrees, 1.5F);
  EXPECT_FLOAT_EQ(place.longitude_degrees, 2.5F);
}

TEST(PlaceDatabase, TakesACountryThatIsACodeAndNoOther) {
  EXPECT_EQ(label_by(map({{"country", text("SE")}})), "SE");
  EXPECT_EQ(label_by(map({{"country_code", text("se")}})), "SE");
  for (const char* code : {"Sweden", "", "??", "A1", "XX", "S"})
    EXPECT_EQ(label_by(map({{"country", text(code)}})), "unknown") << code;
}

TEST(PlaceDatabase, IgnoresValuesOfTheWrongKind) {
  const Place place = place_by(map({{"asn", text("AS")},
                                    {"city", u16(3)},
                                    {"country", array({text("SE")})},
                                    {"country_code", boolean(true)},
                                    {"latitude", text("north")},
                                    {"longitude", real(181)}}));
  EXPECT_EQ(place.region, kRegionUnknown);
  EXPECT_EQ(place.city, "");
  EXPECT_EQ(place.asn, 0U);
  EXPECT_FALSE(place.has_coordinates);
  EXPECT_FALSE(place_by(map({{"latitude", real(1)}})).has_coordinates);
  EXPECT_FALSE(place_by(map({{"latitude", text("nan")}, {"longitude", real(1)}})).has_coordinates);
  EXPECT_EQ(place_by(map({{"asn", text("AS4294967296")}})).asn, 0U);
  EXPECT_EQ(place_by(map({{"asn", u64(4294967296)}})).asn, 0U);
  EXPECT_EQ(place_by(map({{"city", text(std::string(2000, 'x'))}})).city.size(), 128U);
  EXPECT_EQ(label_by(text("SE")), "unknown");
}

TEST(PlaceDatabase, FallsBackOnTheMiddleOfTheCountry) {
  const Place place = place_by(nested_country("SE"));
  EXPECT_TRUE(place.has_coordinates);
  EXPECT_TRUE(place.coordinates_of_country);
  EXPECT_NEAR(place.latitude_degrees, 62, 3);
}

TEST(PlaceDatabase, JoinsFilesTheFirstOneThatKnowsWins) {
  const TemporaryFile countries(
      Builder().add("8.8.8.0/24", nested_country("SE")).add("9.0.0.0/8", nested_country("NO")).build());
  const TemporaryFile cities(Builder(28).add("8.8.0.0/16", nested_city("US", "Mountain View", 1, 2)).build());
  const TemporaryFile networks(Builder(32, 4).add("8.0.0.0/8", nested_network(64500, "Example")).build());
  PlaceDatabase database(bundled_countries(), {countries.path(), cities.path(), networks.path()});
  const Place place = place_of(database, "8.8.8.8");
  EXPECT_EQ(database.countries().code(place.region), "SE");
  EXPECT_EQ(place.city, "Mountain View");
  EXPECT_FALSE(place.coordinates_of_country);
  EXPECT_EQ(place.asn, 64500U);
  EXPECT_EQ(country_of(database, "8.8.9.9"), "US");
  EXPECT_EQ(country_of(database, "9.1.1.1"), "NO");
  EXPECT_EQ(place_of(database, "9.1.1.1").asn, 0U);
  EXPECT_EQ(place_of(database, "2a00::1").region, kRegionUnknown);  // also asked of the IPv4 file
  EXPECT_EQ(database.counters().files_in_use, 3U);
}

TEST(PlaceDatabase, LooksUpIpv6AndWhatNat64Carries) {
  const TemporaryFile file(
      Builder().add("8.8.8.0/24", nested_country("US")).add("2a00::/16", nested_country("SE")).build());
  PlaceDatabase database(bundled_countries(), {file.path()});
  EXPECT_EQ(country_of(database, "2a00:1::5"), "SE");
  EXPECT_EQ(country_of(database, "64:ff9b::808:808"), "US");
}

TEST(PlaceDatabase, NeverLooksUpSpecialAddresses) {
  const TemporaryFile file(Builder()
                               .add("0.0.0.0/1", nested_country("US"))
                               .add("128.0.0.0/1", nested_country("US"))
                               .add("2000::/3", nested_country("US"))
                               .add("8000::/1", nested_country("US"))
                               .build());
  PlaceDatabase database(bundled_countries(), {file.path()});
  EXPECT_EQ(country_of(database, "8.8.8.8"), "US");
  for (const char* address :
       {"10.0.0.1", "192.168.1.1", "100.64.0.1", "127.0.0.1", "169.254.0.1", "224.0.0.251", "203.0.113.1",
        "2001:db8::1", "2002:808:808::1", "2001::1", "fe80::1", "fd00::1", "ff02::fb"}) {
    EXPECT_EQ(country_of(database, address), "") << address;
    EXPECT_FALSE(place_of(database, address).has_coordinates) << address;
  }
}

TEST(PlaceDatabase, RefusesABadFileAndGoesOnWithTheOthers) {
  const std::string good = Builder().add("8.8.8.0/24", nested_country("US")).build();
  const TemporaryFile cut(std::string_view(good).substr(0, good.size() / 2)), empty, whole(good);
  PlaceDatabase database(bundled_countries(), {cut.path(), "does/not/exist.mmdb", empty.path(), ".", whole.path()});
  EXPECT_EQ(country_of(database, "8.8.8.8"), "US");
  const auto messages = database.take_messages();
  ASSERT_EQ(messages.size(), 4U);
  EXPECT_NE(messages[0].find(cut.path() + ": it has no metadata at its end"), std::string::npos) << messages[0];
  EXPECT_NE(messages[1].find("does/not/exist.mmdb: No such file"), std::string::npos) << messages[1];
  EXPECT_NE(messages[2].find("cut off"), std::string::npos) << messages[2];
  EXPECT_NE(messages[3].find("no regular file"), std::string::npos) << messages[3];
  EXPECT_EQ(database.take_messages(), std::vector<std::string>{});
  EXPECT_EQ(database.counters().files_in_use, 1U);
  const auto states = database.states();
  EXPECT_FALSE(states[0].in_use);
  EXPECT_TRUE(states[4].in_use);
  EXPECT_EQ(states[4].error, "");
  EXPECT_EQ(states[4].contents, "countries");
  EXPECT_EQ(states[4].database_type, "Test-Country");
}

TEST(PlaceDatabase, SaysThatAFileHasNothingForIt) {
  const TemporaryFile file(Builder().add("8.8.8.0/24", map({{"ip", text("8.8.8.8")}})).build());
  PlaceDatabase database(bundled_countries(), {file.path()});
  EXPECT_EQ(database.states()[0].contents, "");
  const auto messages = database.take_messages();
  ASSERT_EQ(messages.size(), 1U);
  EXPECT_NE(messages[0].find("neither countries nor AS numbers"), std::string::npos) << messages[0];
}

TEST(PlaceDatabase, DoesNotWaitForAPipe) {
  const std::string path = "place_test_" + std::to_string(::getpid()) + ".fifo";
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  PlaceDatabase database(bundled_countries(), {path});
  std::remove(path.c_str());
  EXPECT_FALSE(database.states()[0].in_use);
}

TEST(PlaceDatabase, LivesOnWhenItsFileIsCutShortInPlace) {
  const TemporaryFile file(Builder().add("8.8.8.0/24", nested_country("US")).build());
  PlaceDatabase database(bundled_countries(), {file.path()});
  ASSERT_EQ(::truncate(file.path().c_str(), 0), 0);
  EXPECT_EQ(country_of(database, "8.8.8.8"), "US");  // not from the cache: it was empty
  database.reload_changed();
  EXPECT_EQ(country_of(database, "8.8.8.8"), "US");
  EXPECT_EQ(database.counters().refused_reloads, 1U);
  database.reload_changed();  // The same bad state is not tried again.
  EXPECT_EQ(database.counters().refused_reloads, 1U);
  const auto messages = database.take_messages();
  ASSERT_EQ(messages.size(), 1U);
  EXPECT_NE(messages[0].find("the older one stays in use"), std::string::npos);
  EXPECT_TRUE(database.states()[0].in_use);
  EXPECT_NE(database.states()[0].error, "");
}

TEST(PlaceDatabase, TakesAFileThatIsRenamedOver) {
  const TemporaryFile file(Builder().add("8.8.8.0/24", nested_country("US")).build());
  PlaceDatabase database(bundled_countries(), {file.path()});
  EXPECT_EQ(country_of(database, "8.8.8.8"), "US");
  database.reload_changed();
  EXPECT_EQ(database.counters().reloads, 0U);
  file.replace(Builder().add("8.8.8.0/24", nested_country("SE")).build());
  EXPECT_EQ(country_of(database, "8.8.8.8"), "US");
  database.reload_changed();
  EXPECT_EQ(country_of(database, "8.8.8.8"), "SE");  // also though the older answer was remembered
  EXPECT_EQ(database.counters().reloads, 1U);
  file.replace("no database");
  database.reload_changed();
  EXPECT_EQ(country_of(database, "8.8.8.8"), "SE");
  EXPECT_EQ(database.counters().refused_reloads, 1U);
}

TEST(PlaceDatabase, TakesAFileThatComesLater) {
  const TemporaryFile file("not yet");
  PlaceDatabase database(bundled_countries(), {file.path()});
  EXPECT_EQ(database.counters().files_in_use, 0U);
  file.replace(Builder().add("8.8.8.0/24", nested_country("SE")).build());
  database.reload_changed();
  EXPECT_EQ(country_of(database, "8.8.8.8"), "SE");
  EXPECT_EQ(database.counters().files_in_use, 1U);
}

TEST(PlaceDatabase, AnswersTheSameWhenItForgets) {
  const TemporaryFile file(Builder().add("8.0.0.0/8", nested_country("US")).build());
  PlaceDatabase database(bundled_countries(), {file.path()});
  const std::uint8_t first[] = {8, 0, 0, 0};
  for (std::uint32_t i = 0; i < PlaceDatabase::kCachedPlacesMax * 2; ++i) {
    const std::uint8_t octets[] = {8, static_cast<std::uint8_t>(i >> 16), static_cast<std::uint8_t>(i >> 8),
                                   static_cast<std::uint8_t>(i)};
    ASSERT_EQ(database.countries().code(database.lookup(IpAddress::from_v4(octets)).region), "US");
    ASSERT_EQ(database.countries().code(database.lookup(IpAddress::from_v4(first)).region), "US");
  }
}

TEST(PlaceDatabase, EndsItsWatchAtOnce) {
  const TemporaryFile file(Builder().add("8.8.8.0/24", nested_country("US")).build());
  const auto begin = std::chrono::steady_clock::now();
  {
    PlaceDatabase database(bundled_countries(), {file.path()});
    database.watch();
  }
  EXPECT_LT(std::chrono::steady_clock::now() - begin, PlaceDatabase::kWatchPeriod / 2);
}

}  // namespace
}  // namespace netpulse
