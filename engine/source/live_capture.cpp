#include "engine/source/live_capture.h"

#include <algorithm>
#include <utility>

#include "engine/source/af_xdp_capture.h"
#include "engine/source/backend_choice.h"
#include "engine/source/dpdk_capture.h"
#include "engine/source/interface_list.h"
#include "engine/source/pcap_live.h"

namespace netpulse {
namespace {

Result<LiveCapture> open_pcap_capture(const CaptureOptions& options, std::size_t worker_count) {
  LiveCapture capture;
  capture.interfaces = options.interfaces;
  if (capture.interfaces.empty()) {
    auto found = default_interface();
    if (!found.ok()) return found.error();
    capture.interfaces = {std::move(found).value()};
  }
  CaptureOptions on_these = options;
  on_these.interfaces = capture.interfaces;
  auto sources = open_live_sources(on_these, worker_count);
  if (!sources.ok()) return sources.error();
  capture.sources = std::move(sources).value();
  return capture;
}

Result<LiveCapture> open_with(CaptureBackend backend, const CaptureOptions& options, std::size_t worker_count) {
  switch (backend) {
    case CaptureBackend::kAfXdp:
      return open_af_xdp_capture(options, worker_count);
    case CaptureBackend::kDpdk:
      return open_dpdk_capture(options, worker_count);
    case CaptureBackend::kAuto:
    case CaptureBackend::kPcap:
      break;
  }
  return open_pcap_capture(options, worker_count);
}

/// Somebody has filled in the backend's section, and wants to know why it is not taken.
bool was_wanted(CaptureBackend backend, const CaptureOptions& options) {
  switch (backend) {
    case CaptureBackend::kDpdk:
      return !options.dpdk.ports.empty() || !options.dpdk.eal_arguments.empty();
    case CaptureBackend::kAfXdp:
      return options.af_xdp.dedicated;
    case CaptureBackend::kAuto:
    case CaptureBackend::kPcap:
      break;
  }
  return false;
}

/// The first one that works, in the order of choose_backend(). Where no interface is named, one that was wanted is not
/// replaced by whatever the default interface is.
Result<LiveCapture> open_the_best(const CaptureOptions& options, std::size_t worker_count) {
  std::vector<std::string> notes;
  for (const BackendVerdict& verdict : choose_backend(options).verdicts) {
    const std::string name = capture_backend_name(verdict.backend);
    std::string why_not = verdict.reason;
    if (verdict.usable) {
      auto opened = open_with(verdict.backend, options, worker_count);
      if (opened.ok()) {
        LiveCapture capture = std::move(opened).value();
        if (verdict.backend != CaptureBackend::kPcap) notes.push_back("chosen " + name + ": " + verdict.reason);
        capture.notes.insert(capture.notes.begin(), notes.begin(), notes.end());
        return capture;
      }
      if (verdict.backend == CaptureBackend::kPcap) return opened.error();
      why_not = opened.error().message;
    }
    if (!was_wanted(verdict.backend, options)) continue;
    if (options.interfaces.empty()) return Error{"backend " + name + ": " + why_not};
    notes.push_back("not " + name + ": " + why_not);
  }
  return Error{"no way to capture was found"};  // libpcap is always tried
}

}  // namespace

Result<LiveCapture> open_live_capture(const CaptureOptions& options, std::size_t worker_count) {
  if (options.backend == CaptureBackend::kAuto) return open_the_best(options, worker_count);
  return open_with(options.backend, options, worker_count);
}

}  // namespace netpulse
