#pragma once

#include <string>
#include <vector>

#include "engine/source/capture_options.h"

namespace netpulse {

/// One way to capture, as far as can be told without trying it.
struct BackendVerdict {
  CaptureBackend backend;
  bool usable = false;
  std::string reason;  ///< why it is taken or cannot be: "what; what to do", the second part if there is something
};

/// What backend = "auto" takes: the first usable one.
struct BackendChoice {
  CaptureBackend backend = CaptureBackend::kPcap;
  std::vector<BackendVerdict> verdicts;  ///< dpdk, af_xdp, pcap
};

/// DPDK where its section is filled in and it is ready, AF_XDP where all interfaces are named, declared to be capture
/// ports and able to, and libpcap else. Touches nothing; takes some milliseconds. options.backend is not asked.
BackendChoice choose_backend(const CaptureOptions& options);

}  // namespace netpulse
