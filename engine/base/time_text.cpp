#include "engine/base/time_text.h"

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

}  // namespace netpulse
