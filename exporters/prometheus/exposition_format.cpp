#include "exporters/prometheus/exposition_format.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace netpulse {
namespace {

std::string_view trimmed(std::string_view text) noexcept {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// Takes what is before the separator, trimmed, off the front of text.
std::string_view next_part(std::string_view& text, char separator) noexcept {
  const std::size_t end = text.find(separator);
  const std::string_view part = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return trimmed(part);
}

bool same_word(std::string_view a, std::string_view b) noexcept {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](char x, char y) { return lower(x) == lower(y); });
}

/// A weight, 0 to 1000 thousandths; nothing if it is none.
std::optional<int> weight_of(std::string_view text) noexcept {
  double weight = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), weight, std::chars_format::fixed);
  if (error != std::errc() || end != text.data() + text.size() || !(weight >= 0 && weight <= 1)) return {};
  return static_cast<int>(weight * 1000);
}

struct MediaRange {
  std::string_view type, version;  // version: empty if not named
  int weight = 1000;               // 0: refused
};

MediaRange parse_range(std::string_view text) noexcept {
  MediaRange range;
  range.type = next_part(text, ';');
  while (!text.empty()) {
    std::string_view value = next_part(text, ';');
    const std::string_view name = next_part(value, '=');
    value = trimmed(value);
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"') value = value.substr(1, value.size() - 2);
    if (same_word(name, "version")) range.version = value;
    if (same_word(name, "q")) range.weight = weight_of(value).value_or(0);
  }
  return range;
}

/// The weight of the most specific range that has matched so far.
struct Preference {
  int precision = 0;
  int weight = 0;

  void note(int other_precision, int other_weight) noexcept {
    if (other_precision < precision) return;
    weight = other_precision > precision ? other_weight : std::max(weight, other_weight);
    precision = other_precision;
  }
};

}  // namespace

std::string_view content_type_of(ExpositionFormat format) noexcept {
  return format == ExpositionFormat::kOpenMetrics ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
                                                  : "text/plain; version=0.0.4; charset=utf-8";
}

ExpositionFormat choose_format(std::string_view accept) noexcept {
  Preference text, open_metrics;
  while (!accept.empty()) {
    const MediaRange range = parse_range(next_part(accept, ','));
    if (same_word(range.type, "application/openmetrics-text")) {
      if (range.version.empty() || range.version == "1.0.0") open_metrics.note(1, range.weight);
    } else if (same_word(range.type, "text/plain")) {
      if (range.version.empty() || range.version == "0.0.4") text.note(range.version.empty() ? 3 : 4, range.weight);
    } else if (same_word(range.type, "text/*")) {
      text.note(2, range.weight);
    } else if (range.type == "*/*") {
      text.note(1, range.weight);
    }
  }
  return open_metrics.weight > 0 && open_metrics.weight >= text.weight ? ExpositionFormat::kOpenMetrics
                                                                       : ExpositionFormat::kText;
}

}  // namespace netpulse
