#include "engine/source/dpdk_options.h"

#include <algorithm>
#include <bit>
#include <string_view>

namespace netpulse {
namespace {

constexpr std::string_view kSection = "capture.dpdk";
constexpr std::int64_t kDescriptorsMin = 64, kDescriptorsMax = 32'768;
constexpr std::int64_t kMbufsMax = 1 << 24;
constexpr std::int64_t kCacheMax = 512;  // RTE_MEMPOOL_CACHE_MAX_SIZE
constexpr std::int64_t kDataMin = 256, kDataMax = 16'384;
constexpr std::int64_t kQueuesMax = 64;

std::uint32_t read_count(Config& config, std::string_view key, std::uint32_t fallback, std::int64_t min,
                         std::int64_t max) {
  return static_cast<std::uint32_t>(config.integer(kSection, key, fallback, min, max));
}

}  // namespace

DpdkOptions read_dpdk_options(Config& config) {
  DpdkOptions options;
  options.eal_arguments = config.texts(kSection, "eal_arguments", {});
  for (const std::string& argument : options.eal_arguments)
    // These print and end the program that gives them to EAL.
    if (argument.empty() || argument == "-h" || argument == "--help" || argument == "-v" || argument == "--version")
      config.complain(kSection, "eal_arguments", "\"" + argument + "\" is no argument for a capture");
  options.ports = config.texts(kSection, "ports", {});
  for (const std::string& port : options.ports)
    if (port.empty() || std::count(options.ports.begin(), options.ports.end(), port) > 1)
      config.complain(kSection, "ports", port.empty() ? "a port name is empty" : port + " is named twice");
  options.rx_descriptors =
      read_count(config, "rx_descriptors", options.rx_descriptors, kDescriptorsMin, kDescriptorsMax);
  if (!std::has_single_bit(options.rx_descriptors))
    config.complain(kSection, "rx_descriptors", "must be a power of two, such as 1024 or 2048");
  options.mbufs = read_count(config, "mbufs", options.mbufs, 0, kMbufsMax);
  options.mbuf_cache = read_count(config, "mbuf_cache", options.mbuf_cache, 0, kCacheMax);
  options.mbuf_data_bytes = read_count(config, "mbuf_data_bytes", options.mbuf_data_bytes, kDataMin, kDataMax);
  options.rx_queues = read_count(config, "rx_queues", options.rx_queues, 0, kQueuesMax);
  options.receive_scaling = read_receive_scaling(config, kSection);
  options.vlan_strip = config.boolean(kSection, "vlan_strip", options.vlan_strip);
  options.hardware_timestamps = config.boolean(kSection, "hardware_timestamps", options.hardware_timestamps);
  options.busy_poll = config.boolean(kSection, "busy_poll", options.busy_poll);
  return options;
}

}  // namespace netpulse
