#pragma once

#include <maxminddb.h>

#include <cstdint>
#include <string>

namespace netpulse {

/// What one record of a database says of an address. Empty or zero where it says nothing.
struct MmdbRecord {
  std::string country;  ///< a code of two letters, not yet looked up in any table
  std::string city;     ///< UTF-8 as in the file, at most kTextBytesMax bytes
  std::string as_organization;
  std::uint32_t asn = 0;
  bool has_coordinates = false;
  float latitude_degrees = 0;
  float longitude_degrees = 0;

  static constexpr std::size_t kTextBytesMax = 128;
  bool empty() const noexcept {
    return country.empty() && city.empty() && as_organization.empty() && asn == 0 && !has_coordinates;
  }
};

/// Reads a record of either layout, told apart by what is there: MaxMind's nested maps (country.iso_code,
/// city.names.en, location.latitude), and flat keys (country_code or country, city, latitude or lat as number or text,
/// asn as 64500, "64500" or "AS64500"). entry: of a file that check_mmdb() passed. Source: MaxMind's "GeoIP2 and
/// GeoLite city and country databases" field lists; the flat layouts of IPinfo, IPLocate and others.
MmdbRecord read_mmdb_record(MMDB_entry_s entry);

}  // namespace netpulse
