#include "engine/source/af_xdp_options.h"

#include <algorithm>
#include <array>
#include <bit>
#include <string>
#include <string_view>

namespace netpulse {
namespace {

constexpr std::string_view kSection = "capture.af_xdp";
constexpr std::int64_t kFramesMin = 64, kFramesMax = 1 << 18;
constexpr std::uint32_t kFrameBytesSmall = 2048, kFrameBytesLarge = 4096;  // what every kernel with AF_XDP takes
constexpr std::int64_t kBusyPollMicrosecondsMax = 1000, kBusyPollPacketsMax = 1024;
constexpr std::array<std::string_view, 3> kModeNames{"auto", "native", "generic"};

std::uint32_t power_of_two(Config& config, std::string_view key, std::uint32_t fallback) {
  const auto value = static_cast<std::uint32_t>(config.integer(kSection, key, fallback, kFramesMin, kFramesMax));
  if (!std::has_single_bit(value))
    config.complain(kSection, key, "must be a power of two, such as " + std::to_string(std::bit_ceil(value)));
  return value;
}

}  // namespace

AfXdpOptions read_af_xdp_options(Config& config) {
  AfXdpOptions options;
  options.dedicated = config.boolean(kSection, "dedicated", options.dedicated);
  options.frames = power_of_two(config, "frames", options.frames);
  options.frame_bytes = static_cast<std::uint32_t>(
      config.integer(kSection, "frame_bytes", options.frame_bytes, kFrameBytesSmall, kFrameBytesLarge));
  if (options.frame_bytes != kFrameBytesSmall && options.frame_bytes != kFrameBytesLarge)
    config.complain(kSection, "frame_bytes", "must be 2048 or 4096");
  options.receive_ring_frames =
      power_of_two(config, "receive_ring_frames", std::min(options.receive_ring_frames, options.frames));
  if (options.receive_ring_frames > options.frames)
    config.complain(kSection, "receive_ring_frames", "must not be above frames");
  const std::string mode = config.choice(kSection, "mode", kModeNames.front(), {kModeNames.begin(), kModeNames.end()});
  options.mode = static_cast<XdpMode>(std::find(kModeNames.begin(), kModeNames.end(), mode) - kModeNames.begin());
  options.receive_scaling = read_receive_scaling(config, kSection);
  options.zero_copy = config.boolean(kSection, "zero_copy", options.zero_copy);
  options.busy_poll_microseconds = static_cast<std::uint32_t>(
      config.integer(kSection, "busy_poll_microseconds", options.busy_poll_microseconds, 0, kBusyPollMicrosecondsMax));
  options.busy_poll_packets = static_cast<std::uint32_t>(
      config.integer(kSection, "busy_poll_packets", options.busy_poll_packets, 1, kBusyPollPacketsMax));
  return options;
}

}  // namespace netpulse
