#include "engine/source/capture_options.h"

namespace netpulse {
namespace {

constexpr std::int64_t kSnapLengthMin = 64, kSnapLengthMax = 262'144;
constexpr std::int64_t kBufferMin = 1 << 20, kBufferMax = 1 << 30;
constexpr std::size_t kInterfacesMax = 64;

}  // namespace

CaptureOptions read_capture_options(Config& config) {
  constexpr std::string_view kSection = "capture";
  CaptureOptions options;
  options.interfaces = config.texts(kSection, "interfaces", {});
  if (options.interfaces.size() > kInterfacesMax)
    config.complain(kSection, "interfaces", "at most " + std::to_string(kInterfacesMax) + " interfaces are possible");
  for (const std::string& name : options.interfaces)
    if (name.empty()) config.complain(kSection, "interfaces", "an interface name is empty");
  options.filter = config.text(kSection, "filter", "");
  options.promiscuous = config.boolean(kSection, "promiscuous", options.promiscuous);
  options.snap_length_bytes = static_cast<std::uint32_t>(
      config.integer(kSection, "snap_length_bytes", options.snap_length_bytes, kSnapLengthMin, kSnapLengthMax));
  options.buffer_bytes = static_cast<std::uint64_t>(config.integer(
      kSection, "buffer_bytes", static_cast<std::int64_t>(options.buffer_bytes), kBufferMin, kBufferMax));
  return options;
}

}  // namespace netpulse
