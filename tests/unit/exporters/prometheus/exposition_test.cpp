#include "exporters/prometheus/exposition.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

namespace netpulse {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

MetricFamily family(std::string name, MetricType type, std::vector<ClientMetric::Label> labels, double value) {
  MetricFamily made;
  made.name = std::move(name);
  made.help = "What \"it\" is,\nand a \\.";
  made.type = type;
  ClientMetric metric;
  metric.label = std::move(labels);
  (type == MetricType::Counter ? metric.counter.value : metric.gauge.value) = value;
  if (type == MetricType::Histogram) {
    metric.histogram.bucket = {{1, 1}, {3, 2.5}, {4, std::numeric_limits<double>::infinity()}};
    metric.histogram.sample_count = 4;
    metric.histogram.sample_sum = 9.25;
  }
  made.metric.push_back(std::move(metric));
  return made;
}

TEST(Exposition, TextNamesCountersWhole) {
  EXPECT_EQ(
      exposition({family("np_bytes_total", MetricType::Counter, {{"a", "x"}, {"b", ""}}, 7)}, ExpositionFormat::kText),
      "# TYPE np_bytes_total counter\n"
      "# HELP np_bytes_total What \"it\" is,\\nand a \\\\.\n"
      "np_bytes_total{a=\"x\",b=\"\"} 7\n");
}

TEST(Exposition, OpenMetricsTakesTheSuffixOffCountersTellsUnitsAndEnds) {
  EXPECT_EQ(exposition({family("np_bytes_total", MetricType::Counter, {}, 7),
                        family("np_load_ratio", MetricType::Gauge, {{"a", "x"}}, 0.25)},
                       ExpositionFormat::kOpenMetrics),
            "# TYPE np_bytes counter\n"
            "# UNIT np_bytes bytes\n"
            "# HELP np_bytes What \\\"it\\\" is,\\nand a \\\\.\n"
            "np_bytes_total 7\n"
            "# TYPE np_load_ratio gauge\n"
            "# UNIT np_load_ratio ratio\n"
            "# HELP np_load_ratio What \\\"it\\\" is,\\nand a \\\\.\n"
            "np_load_ratio{a=\"x\"} 0.25\n"
            "# EOF\n");
}

TEST(Exposition, BoundsAreSpelledAlikeInBothFormats) {
  for (const ExpositionFormat format : {ExpositionFormat::kText, ExpositionFormat::kOpenMetrics}) {
    const std::string page = exposition({family("np_size", MetricType::Histogram, {{"w", "0"}}, 0)}, format);
    EXPECT_NE(page.find("np_size_bucket{w=\"0\",le=\"1.0\"} 1\n"
                        "np_size_bucket{w=\"0\",le=\"2.5\"} 3\n"
                        "np_size_bucket{w=\"0\",le=\"+Inf\"} 4\n"
                        "np_size_count{w=\"0\"} 4\n"
                        "np_size_sum{w=\"0\"} 9.25\n"),
              std::string::npos)
        << page;
  }
}

TEST(Exposition, NumbersKeepAllTheirDigits) {
  const auto shown = [](double value) {
    const std::string page = exposition({family("np_it", MetricType::Gauge, {}, value)}, ExpositionFormat::kText);
    return page.substr(page.rfind(' ') + 1, page.size() - page.rfind(' ') - 2);
  };
  EXPECT_EQ(shown(9007199254740992.0), "9007199254740992");
  EXPECT_EQ(shown(1000000), "1000000") << "whole numbers have no exponent";
  EXPECT_EQ(shown(-3), "-3");
  EXPECT_EQ(shown(0.1), "0.1");
  EXPECT_EQ(std::stod(shown(1700000000.123456)), 1700000000.123456);
  EXPECT_EQ(shown(std::nan("")), "NaN");
  EXPECT_EQ(shown(std::numeric_limits<double>::infinity()), "+Inf");
  EXPECT_EQ(shown(-std::numeric_limits<double>::infinity()), "-Inf");
}

TEST(Exposition, UnitsAreWhatNamesEndWith) {
  EXPECT_EQ(unit_of("netpulse_capture_bytes_total"), "bytes");
  EXPECT_EQ(unit_of("netpulse_throughput_bytes_per_second"), "bytes_per_second");
  EXPECT_EQ(unit_of("netpulse_worker_heartbeat_timestamp_seconds"), "seconds");
  EXPECT_EQ(unit_of("process_start_time_seconds"), "seconds");
  EXPECT_EQ(unit_of("netpulse_scrapes_total"), "");
  EXPECT_EQ(unit_of("bytes"), "") << "a name is no unit";
  EXPECT_EQ(unit_of("kilobytes_total"), "");
}

/// The label's value, read back as the formats say; the page's only sample has it.
std::string value_read_back(const std::string& page) {
  std::string value;
  for (std::size_t at = page.find("=\"", page.rfind("# HELP")) + 2; page.at(at) != '"'; ++at) {
    if (page.at(at) == '\n') ADD_FAILURE() << "a line feed within quotes";
    if (page.at(at) == '\\') {
      const char next = page.at(++at);
      value += next == 'n' ? '\n' : next;
    } else {
      value += page.at(at);
    }
  }
  return value;
}

TEST(Exposition, NoLabelLeavesItsQuotes) {
  std::mt19937 random(1);
  const std::string alphabet = "\"\\\n{}=, #n\r\tab\xc3\xa9";
  for (int i = 0; i < 5000; ++i) {
    std::string hostile;
    for (std::size_t length = random() % 12; length > 0; --length) hostile += alphabet[random() % alphabet.size()];
    for (const ExpositionFormat format : {ExpositionFormat::kText, ExpositionFormat::kOpenMetrics}) {
      MetricFamily made = family("np_it", MetricType::Gauge, {{"interface", hostile}}, 1);
      made.help = "It.";
      const std::string page = exposition({made}, format);
      ASSERT_EQ(value_read_back(page), hostile);
      const long lines = std::count(page.begin(), page.end(), '\n');
      ASSERT_EQ(lines, format == ExpositionFormat::kText ? 3 : 4) << page;
    }
  }
}

TEST(ExpositionFormat, IsTextUnlessOpenMetricsIsNamedAndLiked) {
  const auto open = [](std::string_view accept) { return choose_format(accept) == ExpositionFormat::kOpenMetrics; };
  EXPECT_FALSE(open(""));
  EXPECT_FALSE(open("*/*"));
  EXPECT_FALSE(open("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"));
  EXPECT_FALSE(open("text/plain;version=0.0.4"));
  // As Prometheus 2.42 and 3 send it.
  EXPECT_TRUE(
      open("application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
           "text/plain;version=0.0.4;q=0.5,*/*;q=0.1"));
  EXPECT_TRUE(
      open("application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,"
           "application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,"
           "text/plain;version=0.0.4;q=0.2,*/*;q=0.1"));
  EXPECT_TRUE(open("application/openmetrics-text"));
  EXPECT_TRUE(open("APPLICATION/OpenMetrics-Text; Version=\"1.0.0\" ; Q=1.000"));
  EXPECT_FALSE(open("application/openmetrics-text;version=0.0.1")) << "a version that is not written";
  EXPECT_FALSE(open("application/openmetrics-text;version=1.0.0;q=0"));
  EXPECT_FALSE(open("application/openmetrics-text;version=1.0.0;q=0.3,text/plain;q=0.4"));
  EXPECT_FALSE(open("application/openmetrics-text;q=0.3,text/*;q=0.4"));
  EXPECT_TRUE(open("application/openmetrics-text;q=0.3,text/plain;q=0,*/*")) << "the most specific range counts";
  EXPECT_FALSE(open("application/openmetrics-text;q=nonsense"));
  EXPECT_FALSE(open("application/openmetrics-text;q=nan"));
  EXPECT_FALSE(open("application/openmetrics-text;q=2"));
  EXPECT_FALSE(open(",;=,;;q=,\"")) << "whatever cannot be read is passed over";
}

}  // namespace
}  // namespace netpulse
