#pragma once

#include <cstddef>
#include <string>

#include "engine/base/result.h"
#include "engine/source/live_capture.h"

namespace netpulse {

/// Captures live through AF_XDP on options.interfaces (one at least): all their receive queues, by one source. Takes
/// the frames away from the host, so it refuses interfaces that the host uses unless options.af_xdp.dedicated.
/// An interface that goes down or away later does not end the run: the source waits for it, and counts
/// SourceStats::interface_losses. Fails with what the user can do; always in builds without AF_XDP.
Result<LiveCapture> open_af_xdp_capture(const CaptureOptions& options, std::size_t worker_count);

/// Whether open_af_xdp_capture() can be expected to work on one interface, found out without touching it: an Error
/// tells why not and what would help. Not asked: which mode the driver offers.
Result<void> af_xdp_readiness(const std::string& interface, const CaptureOptions& options);

}  // namespace netpulse
