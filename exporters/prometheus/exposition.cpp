#include "exporters/prometheus/exposition.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>

namespace netpulse {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

constexpr std::string_view kTotal = "_total";
/// Longer ones before those that they end with.
constexpr std::string_view kUnits[] = {"bytes_per_second",
                                       "packets_per_second",
                                       "seconds",
                                       "bytes",
                                       "ratio",
                                       "packets",
                                       "segments",
                                       "frames",
                                       "streams",
                                       "records",
                                       "flows",
                                       "entries",
                                       "cycles"};
/// About what a page takes.
constexpr std::size_t kPageBytes = std::size_t{448} * 1024;
/// Above that a double no longer holds each whole number.
constexpr double kWholeMax = 9007199254740992.0;

/// quotes: those are escaped, too. Text 0.0.4 does not know that in help.
void add_escaped(std::string& out, std::string_view text, bool quotes) {
  for (const char c : text) {
    if (c == '\\')
      out += "\\\\";
    else if (c == '"' && quotes)
      out += "\\\"";
    else if (c == '\n')
      out += "\\n";
    else
      out += c;
  }
}

template <class Number>
void add_digits(std::string& out, Number value) {
  std::array<char, 32> text;
  out.append(text.data(), std::to_chars(text.data(), text.data() + text.size(), value).ptr);
}

void add_number(std::string& out, double value) {
  if (std::isnan(value))
    out += "NaN";
  else if (std::isinf(value))
    out += value > 0 ? "+Inf" : "-Inf";
  else if (value == std::trunc(value) && std::abs(value) <= kWholeMax)
    add_digits(out, static_cast<std::int64_t>(value));
  else
    add_digits(out, value);
}

/// The label le: whole numbers have a fraction, so that one bound has one spelling.
std::string bound_text(double bound) {
  std::string text;
  add_number(text, bound);
  if (text.find_first_not_of("-0123456789") == std::string::npos) text += ".0";
  return text;
}

std::string_view type_name(MetricType type) noexcept {
  return type == MetricType::Counter     ? "counter"
         : type == MetricType::Gauge     ? "gauge"
         : type == MetricType::Histogram ? "histogram"
                                         : "untyped";
}

class Writer {
 public:
  Writer(std::string& out, ExpositionFormat format) : out_(out), open_(format == ExpositionFormat::kOpenMetrics) {}

  void family(const MetricFamily& family) {
    name_ = family.name;
    const bool counter = family.type == MetricType::Counter;
    // A counter's family has no suffix in OpenMetrics; its samples have.
    std::string_view suffix;
    if (open_ && counter && name_.ends_with(kTotal)) {
      name_.remove_suffix(kTotal.size());
      suffix = kTotal;
    }
    line("# TYPE ", type_name(family.type));
    if (const std::string_view unit = open_ ? unit_of(family.name) : std::string_view{}; !unit.empty())
      line("# UNIT ", unit);
    help(family.help);
    for (const ClientMetric& metric : family.metric) {
      if (family.type == MetricType::Histogram)
        histogram(metric);
      else
        sample(suffix, metric, counter ? metric.counter.value : metric.gauge.value);
    }
  }

 private:
  void line(std::string_view keyword, std::string_view text) {
    out_ += keyword;
    out_ += name_;
    out_ += ' ';
    out_ += text;
    out_ += '\n';
  }

  void help(std::string_view text) {
    out_ += "# HELP ";
    out_ += name_;
    out_ += ' ';
    add_escaped(out_, text, open_);
    out_ += '\n';
  }

  void sample(std::string_view suffix, const ClientMetric& metric, double value, std::string_view bound = {}) {
    out_ += name_;
    out_ += suffix;
    char separator = '{';
    const auto label = [&](std::string_view name, std::string_view text) {
      out_ += separator;
      out_ += name;
      out_ += "=\"";
      add_escaped(out_, text, true);
      out_ += '"';
      separator = ',';
    };
    for (const ClientMetric::Label& one : metric.label) label(one.name, one.value);
    if (!bound.empty()) label("le", bound);
    if (separator == ',') out_ += '}';
    out_ += ' ';
    add_number(out_, value);
    out_ += '\n';
  }

  void histogram(const ClientMetric& metric) {
    for (const ClientMetric::Bucket& bucket : metric.histogram.bucket)
      sample("_bucket", metric, static_cast<double>(bucket.cumulative_count), bound_text(bucket.upper_bound));
    sample("_count", metric, static_cast<double>(metric.histogram.sample_count));
    sample("_sum", metric, metric.histogram.sample_sum);
  }

  std::string& out_;
  const bool open_;
  std::string_view name_;
};

}  // namespace

std::string_view unit_of(std::string_view family) noexcept {
  if (family.ends_with(kTotal)) family.remove_suffix(kTotal.size());
  for (const std::string_view unit : kUnits)
    if (family.ends_with(unit) && family.size() > unit.size() && family[family.size() - unit.size() - 1] == '_')
      return unit;
  return {};
}

std::string exposition(const std::vector<MetricFamily>& families, ExpositionFormat format) {
  std::string page;
  page.reserve(kPageBytes);
  Writer writer(page, format);
  for (const MetricFamily& family : families) writer.family(family);
  if (format == ExpositionFormat::kOpenMetrics) page += "# EOF\n";
  return page;
}

}  // namespace netpulse
