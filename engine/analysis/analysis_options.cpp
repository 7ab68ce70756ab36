#include "engine/analysis/analysis_options.h"

namespace netpulse {

AnalysisOptions read_analysis_options(Config& config) {
  static constexpr std::string_view kSection = "analysis";
  static constexpr std::int64_t kWeekSeconds = 7 * 86400;
  AnalysisOptions options;
  const auto count = [&](std::string_view key, std::size_t fallback, std::int64_t min, std::int64_t max) {
    return static_cast<std::size_t>(config.integer(kSection, key, static_cast<std::int64_t>(fallback), min, max));
  };
  const auto seconds = [&](std::string_view key, Duration fallback) {
    return Duration::from_seconds(config.integer(kSection, key, fallback.nanoseconds / 1'000'000'000, 1, kWeekSeconds));
  };
  options.stream_buffers = count("stream_buffers", options.stream_buffers, 16, 1 << 20);
  options.name_cache_entries = count("name_cache_entries", options.name_cache_entries, 1024, 1 << 26);
  options.expected_flows = count("expected_flows", options.expected_flows, 64, 1 << 24);
  options.packets_max = static_cast<std::uint8_t>(count("packets_max", options.packets_max, 1, 255));
  options.name_ttl_min = seconds("name_ttl_min_seconds", options.name_ttl_min);
  options.name_ttl_max = seconds("name_ttl_max_seconds", options.name_ttl_max);
  if (options.name_ttl_min > options.name_ttl_max) {
    config.complain(kSection, "name_ttl_min_seconds", "must not be larger than name_ttl_max_seconds");
    options.name_ttl_min = options.name_ttl_max;
  }
  return options;
}

}  // namespace netpulse
