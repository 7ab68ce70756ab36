#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/base/result.h"
#include "engine/base/time.h"

namespace netpulse {

/// What a whole and well-formed MMDB file says of itself.
struct MmdbSummary {
  std::string database_type;           ///< "GeoLite2-City"; at most kTextBytesMax bytes
  std::string description;             ///< in English; at most kTextBytesMax bytes
  Timestamp built_at;                  ///< zero: not said, or after the year 2262
  unsigned ip_version = 0;             ///< 4 or 6
  std::vector<std::uint32_t> records;  ///< offsets of the first data records; at most kRecordsMax

  static constexpr std::size_t kTextBytesMax = 512;
  static constexpr std::size_t kRecordsMax = 1024;
};

/// Looks at every node and every field of an MMDB file once, so that whoever reads it later is safe:
/// a C library that walks a corrupt file is the one place where such a file could still do harm. Error: what is wrong,
/// without the file's name. Source: https://maxmind.github.io/MaxMind-DB/ version 2.0.
Result<MmdbSummary> check_mmdb(Bytes file);

}  // namespace netpulse
