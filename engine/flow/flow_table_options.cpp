#include "engine/flow/flow_table_options.h"

namespace netpulse {
namespace {

constexpr std::int64_t kTimeoutSecondsMax = 86400;
/// Longer silence cannot be told from a short one by TcpQuality's clock.
constexpr std::int64_t kIdleTimeoutSecondsMax = 900;

}  // namespace

FlowTableOptions read_flow_table_options(Config& config) {
  static constexpr std::string_view kSection = "flow_table";
  FlowTableOptions options;
  const auto size = [&](std::string_view key, std::size_t fallback, std::int64_t max) {
    return static_cast<std::size_t>(config.integer(kSection, key, static_cast<std::int64_t>(fallback), 1024, max));
  };
  const auto seconds = [&](std::string_view key, Duration fallback, std::int64_t max) {
    return Duration::from_seconds(config.integer(kSection, key, fallback.nanoseconds / 1'000'000'000, 1, max));
  };
  options.flows_max = size("flows_max", options.flows_max, 1 << 30);
  options.details_max = size("details_max", options.details_max, 1 << 28);
  options.attributes_max = size("attributes_max", options.attributes_max, 1 << 28);
  options.idle_timeout = seconds("idle_timeout_seconds", options.idle_timeout, kIdleTimeoutSecondsMax);
  options.active_timeout = seconds("active_timeout_seconds", options.active_timeout, kTimeoutSecondsMax);
  options.tcp_end_timeout = seconds("tcp_end_timeout_seconds", options.tcp_end_timeout, 3600);
  return options;
}

}  // namespace netpulse
