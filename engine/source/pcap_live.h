#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "engine/base/result.h"
#include "engine/source/capture_options.h"
#include "engine/source/packet_source.h"

namespace netpulse {

/// Captures live through libpcap on all of options.interfaces (one at least) at once; RawPacket::interface_index counts
/// them in that order. count > 1: as many sources, among which the kernel deals each interface's packets by flow; where
/// it cannot (not Linux), one source.
///
/// An interface that goes down or away later does not end the run: the source waits for it, and counts
/// SourceStats::interface_losses. poll() waits some 5 ms at most. PollResult::now is the wall clock, never going back.
/// Packets are copied out of the kernel's ring once. Drops are read from libpcap ten times a second; what the network
/// card does not count stays 0.
/// Fails with what the user can do: the nearest interface names, the missing capability and how to get it, the filter's
/// fault in libpcap's words.
Result<std::vector<std::unique_ptr<PacketSource>>> open_live_sources(const CaptureOptions& options, std::size_t count);

}  // namespace netpulse
