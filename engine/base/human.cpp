#include "engine/base/human.h"

#include <array>
#include <cmath>
#include <cstdio>

namespace netpulse {
namespace {

/// Three significant digits with an SI prefix: the number, a space, the prefix and the unit.
std::string si(double value, const char* unit) {
  static constexpr std::array<const char*, 7> kPrefixes{"", "k", "M", "G", "T", "P", "E"};
  std::size_t prefix = 0;
  // 999.5 would be shown as "1000".
  while (value >= 999.5 && prefix + 1 < kPrefixes.size()) {
    value /= 1000;
    ++prefix;
  }
  const int decimals = prefix == 0 && value == std::floor(value) ? 0 : value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
  std::array<char, 64> text;
  std::snprintf(text.data(), text.size(), "%.*f %s%s", decimals, value, kPrefixes[prefix], unit);
  std::string result = text.data();
  if (result.back() == ' ') result.pop_back();
  return result;
}

template <class... Arguments>
std::string format(const char* pattern, Arguments... arguments) {
  std::array<char, 64> text;
  std::snprintf(text.data(), text.size(), pattern, arguments...);
  return text.data();
}

}  // namespace

std::string human_count(double count) { return si(count, ""); }
std::string human_bytes(double bytes) { return si(bytes, "B"); }
std::string human_bit_rate(double bits_per_second) { return si(bits_per_second, "bit/s"); }

std::string human_duration(Duration duration) {
  const double seconds = duration.seconds();
  if (seconds < 1e-3) return format("%.0f us", seconds * 1e6);
  if (seconds < 1) return format("%.3g ms", seconds * 1e3);
  if (seconds < 59.95) return format("%.3g s", seconds);
  const auto whole = static_cast<long long>(std::llround(seconds));
  if (whole < 3600) return format("%lld min %02lld s", whole / 60, whole % 60);
  if (whole < 86'400) return format("%lld h %02lld min", whole / 3600, whole / 60 % 60);
  return format("%lld d %02lld h", whole / 86'400, whole / 3600 % 24);
}

std::string human_share(double part, double whole) {
  const double percent = whole > 0 ? 100 * part / whole : 0;
  if (percent <= 0) return "0 %";
  if (percent < 0.1) return "< 0.1 %";
  if (percent >= 99.95) return percent >= 100 ? "100 %" : "> 99.9 %";
  return format("%.1f %%", percent);
}

std::string grouped(std::uint64_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t at = digits.size(); at > 3;) digits.insert(at -= 3, 1, ',');
  return digits;
}

}  // namespace netpulse
