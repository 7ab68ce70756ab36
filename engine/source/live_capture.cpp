#include "engine/source/live_capture.h"

#include <utility>

#include "engine/source/dpdk_capture.h"
#include "engine/source/pcap_live.h"

namespace netpulse {
namespace {

Result<LiveCapture> open_pcap_capture(const CaptureOptions& options, std::size_t worker_count) {
  auto sources = open_live_sources(options, worker_count);
  if (!sources.ok()) return sources.error();
  LiveCapture capture;
  capture.sources = std::move(sources).value();
  capture.interfaces = options.interfaces;
  return capture;
}

}  // namespace

Result<LiveCapture> open_live_capture(const CaptureOptions& options, std::size_t worker_count) {
  switch (options.backend) {
    case CaptureBackend::kAfXdp:
      return Error{"this build has no AF_XDP; use --backend pcap, or build where libxdp-dev is installed"};
    case CaptureBackend::kDpdk:
      return open_dpdk_capture(options, worker_count);
    case CaptureBackend::kAuto:
    case CaptureBackend::kPcap:
      break;
  }
  return open_pcap_capture(options, worker_count);
}

}  // namespace netpulse
