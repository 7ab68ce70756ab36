#include "engine/base/time_text.h"

#include <algorithm>
#include <charconv>
#include <chrono>

namespace netpulse {
namespace {

constexpr std::int64_t kNanosecondsPerSecond = 1'000'000'000;
constexpr std::int64_t kSecondsPerDay = 86'400;

std::int64_t floor_divide(std::int64_t a, std::int64_t b) noexcept { return a / b - (a % b < 0 ? 1 : 0); }

void append_digits(std::uint64_t value, int digits, std::string& out) {
  char text[20];
  for (int i = digits; i-- > 0; value /= 10) text[i] = static_cast<char>('0' + value % 10);
  out.append(text, static_cast<std::size_t>(digits));
}

}  // namespace

void UtcTimeWriter::append(Timestamp time, std::string& out) {
  const std::int64_t second = floor_divide(time.nanoseconds, kNanosecondsPerSecond);
  // The remainder, made positive: the whole second itself may lie outside the range at its lower end.
  const std::int64_t rest = time.nanoseconds % kNanosecondsPerSecond;
  const std::int64_t fraction = rest < 0 ? rest + kNanosecondsPerSecond : rest;
  if (second != second_ || second_text_.empty()) {
    const std::int64_t day = floor_divide(second, kSecondsPerDay);
    const auto in_day = static_cast<std::uint64_t>(second - day * kSecondsPerDay);
    const std::chrono::year_month_day date{std::chrono::sys_days{std::chrono::days{day}}};
    second_text_.clear();
    // int64 nanoseconds reach from 1677 to 2262: four digits always do.
    append_digits(static_cast<std::uint64_t>(static_cast<int>(date.year())), 4, second_text_);
    second_text_ += '-';
    append_digits(static_cast<unsigned>(date.month()), 2, second_text_);
    second_text_ += '-';
    append_digits(static_cast<unsigned>(date.day()), 2, second_text_);
    second_text_ += 'T';
    append_digits(in_day / 3600, 2, second_text_);
    second_text_ += ':';
    append_digits(in_day / 60 % 60, 2, second_text_);
    second_text_ += ':';
    append_digits(in_day % 60, 2, second_text_);
    second_text_ += '.';
    second_ = second;
  }
  out += second_text_;
  append_digits(static_cast<std::uint64_t>(fraction), 9, out);
  out += 'Z';
}

std::string utc_text(Timestamp time) {
  UtcTimeWriter writer;
  std::string text;
  writer.append(time, text);
  return text;
}

std::optional<Timestamp> parse_utc(std::string_view text) {
  const auto number = [&](std::size_t begin, std::size_t digits, int& value) {
    const std::string_view part = text.substr(std::min(begin, text.size()), digits);
    return part.size() == digits && part.find_first_not_of("0123456789") == std::string_view::npos &&
           std::from_chars(part.data(), part.data() + digits, value).ec == std::errc();
  };
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
  if (!number(0, 4, year) || !number(5, 2, month) || !number(8, 2, day) || text[4] != '-' || text[7] != '-')
    return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  // int64 nanoseconds do not reach further.
  if (!date.ok() || year < 1678 || year > 2261) return std::nullopt;
  std::int64_t fraction = 0;
  if (text.size() > 10) {
    if (!number(11, 2, hour) || !number(14, 2, minute) || !number(17, 2, second) ||
        (text[10] != 'T' && text[10] != ' ') || text[13] != ':' || text[16] != ':' || hour > 23 || minute > 59 ||
        second > 59)
      return std::nullopt;
    std::string_view rest = text.substr(19);
    if (rest.starts_with('.')) {
      const std::size_t digits = std::min(rest.find_first_not_of("0123456789", 1), rest.size()) - 1;
      if (digits == 0 || digits > 9) return std::nullopt;
      std::from_chars(rest.data() + 1, rest.data() + 1 + digits, fraction);
      for (std::size_t i = digits; i < 9; ++i) fraction *= 10;
      rest.remove_prefix(1 + digits);
    }
    if (rest != "Z" && rest != "z" && rest != "+00:00") return std::nullopt;
  }
  const std::int64_t days = std::chrono::sys_days{date}.time_since_epoch().count();
  const std::int64_t seconds = days * kSecondsPerDay + hour * 3600 + minute * 60 + second;
  return Timestamp{seconds * kNanosecondsPerSecond + fraction};
}

}  // namespace netpulse
