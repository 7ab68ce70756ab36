#pragma once

#include <cstdint>
#include <string>

#include "engine/base/time.h"

namespace netpulse {

// Numbers as people read them: SI prefixes, three significant digits, ASCII only.

/// "999", "12.3 k", "4.56 M".
std::string human_count(double count);
/// "999 B", "12.3 kB", "4.56 GB".
std::string human_bytes(double bytes);
/// "999 bit/s", "12.3 kbit/s".
std::string human_bit_rate(double bits_per_second);
/// "12.3 ms", "4.56 s", "3 min 12 s", "2 h 05 min", "3 d 04 h".
std::string human_duration(Duration duration);
/// "41.2 %", "< 0.1 %", "0 %", "100 %". whole == 0 gives "0 %".
std::string human_share(double part, double whole);
/// Digits in groups of three: "1,234,567".
std::string grouped(std::uint64_t number);

}  // namespace netpulse
