#include "engine/source/backend_choice.h"

#include <algorithm>
#include <utility>

#include "engine/source/af_xdp_capture.h"
#include "engine/source/dpdk_readiness.h"

namespace netpulse {
namespace {

bool dpdk_is_configured(const DpdkOptions& options) { return !options.ports.empty() || !options.eal_arguments.empty(); }

/// -i eth0 means the kernel's eth0, unless DPDK's section calls a port so.
bool interfaces_are_ports(const CaptureOptions& options) {
  return std::all_of(options.interfaces.begin(), options.interfaces.end(), [&](const std::string& name) {
    return std::find(options.dpdk.ports.begin(), options.dpdk.ports.end(), name) != options.dpdk.ports.end();
  });
}

BackendVerdict judge_dpdk(const CaptureOptions& options) {
  BackendVerdict verdict{CaptureBackend::kDpdk, false, {}};
  if (!dpdk_is_configured(options.dpdk)) {
    verdict.reason =
        "[capture.dpdk] names no device; for a port that only captures, at more than some million packets/s: fill it "
        "in";
    return verdict;
  }
  if (!interfaces_are_ports(options)) {
    verdict.reason = "the interfaces asked for are not among the ports of [capture.dpdk]";
    return verdict;
  }
  const DpdkReadiness readiness = dpdk_readiness(options.dpdk);
  verdict.usable = readiness.ready();
  verdict.reason = readiness.summary();
  for (const std::string& remedy : readiness.remedies())
    verdict.reason += (verdict.reason.find("; ") == std::string::npos ? "; " : ", and ") + remedy;
  return verdict;
}

BackendVerdict judge_af_xdp(const CaptureOptions& options) {
  BackendVerdict verdict{CaptureBackend::kAfXdp, false, {}};
  if (!options.af_xdp.dedicated) {
    verdict.reason =
        "it takes frames away from the host, so only a port that is said to be there for capture alone is taken; "
        "dedicated = true in [capture.af_xdp] says so";
    return verdict;
  }
  if (options.interfaces.empty()) {
    verdict.reason = "no capture port is named; name it in interfaces of [capture], or with -i";
    return verdict;
  }
  for (const std::string& interface : options.interfaces)
    if (const auto ready = af_xdp_readiness(interface, options); !ready) {
      verdict.reason = ready.error().message;
      return verdict;
    }
  verdict.usable = true;
  verdict.reason = "a port that is there for capture alone";
  return verdict;
}

}  // namespace

BackendChoice choose_backend(const CaptureOptions& options) {
  BackendChoice choice;
  choice.verdicts = {judge_dpdk(options),
                     judge_af_xdp(options),
                     {CaptureBackend::kPcap, true, "any interface; the host keeps its frames"}};
  choice.backend = std::find_if(choice.verdicts.begin(), choice.verdicts.end(), [](const BackendVerdict& verdict) {
                     return verdict.usable;
                   })->backend;
  return choice;
}

}  // namespace netpulse
