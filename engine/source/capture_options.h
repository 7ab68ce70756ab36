#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/config/config.h"
#include "engine/source/af_xdp_options.h"
#include "engine/source/dpdk_options.h"

namespace netpulse {

/// How packets are captured live.
enum class CaptureBackend : std::uint8_t { kAuto, kPcap, kAfXdp, kDpdk };
/// "auto", "pcap", "af_xdp", "dpdk".
const char* capture_backend_name(CaptureBackend backend) noexcept;

/// Section [capture].
struct CaptureOptions {
  CaptureBackend backend = CaptureBackend::kAuto;
  std::vector<std::string> interfaces;  ///< empty: the default interface
  std::string filter;                   ///< pcap-filter(7); empty: every packet
  bool promiscuous = true;
  std::uint32_t snap_length_bytes = 262'144;  ///< captured of each packet at most; offloads hand over 64 KiB frames
  std::uint64_t buffer_bytes = 16U << 20;     ///< the kernel's ring per interface, shared out among its workers
  AfXdpOptions af_xdp;
  DpdkOptions dpdk;
};

/// Reads the keys above and the sections below with their ranges; errors are recorded in config.
CaptureOptions read_capture_options(Config& config);

}  // namespace netpulse
