#include "engine/source/capture_options.h"

#include <algorithm>
#include <array>

#include "engine/packet/raw_packet.h"

namespace netpulse {
namespace {

constexpr std::int64_t kSnapLengthMin = 64, kSnapLengthMax = 262'144;
constexpr std::int64_t kBufferMin = 1 << 20, kBufferMax = 1 << 30;

constexpr std::array<std::string_view, 4> kBackendNames{"auto", "pcap", "af_xdp", "dpdk"};

}  // namespace

const char* capture_backend_name(CaptureBackend backend) noexcept {
  return kBackendNames[static_cast<std::size_t>(backend)].data();
}

CaptureOptions read_capture_options(Config& config) {
  constexpr std::string_view kSection = "capture";
  CaptureOptions options;
  const std::string backend =
      config.choice(kSection, "backend", kBackendNames.front(), {kBackendNames.begin(), kBackendNames.end()});
  options.backend = static_cast<CaptureBackend>(std::find(kBackendNames.begin(), kBackendNames.end(), backend) -
                                                kBackendNames.begin());
  options.interfaces = config.texts(kSection, "interfaces", {});
  if (options.interfaces.size() > kInterfacesMax)
    config.complain(kSection, "interfaces", "at most " + std::to_string(kInterfacesMax) + " interfaces are possible");
  for (auto name = options.interfaces.begin(); name != options.interfaces.end(); ++name) {
    if (name->empty()) config.complain(kSection, "interfaces", "an interface name is empty");
    // Its packets would come twice, and its counters could not be told apart.
    if (std::find(options.interfaces.begin(), name, *name) != name)
      config.complain(kSection, "interfaces", *name + " is named twice");
  }
  options.filter = config.text(kSection, "filter", "");
  options.promiscuous = config.boolean(kSection, "promiscuous", options.promiscuous);
  options.snap_length_bytes = static_cast<std::uint32_t>(
      config.integer(kSection, "snap_length_bytes", options.snap_length_bytes, kSnapLengthMin, kSnapLengthMax));
  options.buffer_bytes = static_cast<std::uint64_t>(config.integer(
      kSection, "buffer_bytes", static_cast<std::int64_t>(options.buffer_bytes), kBufferMin, kBufferMax));
  options.af_xdp = read_af_xdp_options(config);
  options.dpdk = read_dpdk_options(config);
  return options;
}

}  // namespace netpulse
