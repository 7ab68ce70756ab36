#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/time.h"

namespace netpulse {

/// Writes RFC 3339 times in UTC with nine digits of a second: "2024-05-01T12:00:00.000000001Z". Remembers the second it
/// wrote last, so that a stream of close times costs little. Not shared between threads.
class UtcTimeWriter {
 public:
  void append(Timestamp time, std::string& out);

 private:
  std::int64_t second_ = std::numeric_limits<std::int64_t>::min();
  std::string second_text_;
};

/// One such time.
std::string utc_text(Timestamp time);

/// Reads one: "2024-05-01T12:00:00Z", with up to nine digits of a second; a date alone is its first moment. Other zones
/// than UTC are not read.
std::optional<Timestamp> parse_utc(std::string_view text);

}  // namespace netpulse
