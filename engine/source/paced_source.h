#pragma once

#include <functional>
#include <memory>

#include "engine/base/result.h"
#include "engine/base/time.h"
#include "engine/source/packet_source.h"

namespace netpulse {

struct PacedOptions {
  double speed = 1.0;  ///< 2: twice as fast as it was; must be > 0
  bool loop = false;   ///< begin again at the end, for ever, times moving on
  /// Longer silences in the capture are shortened to this (in packet time); zero: none are.
  Duration gap_max;
  /// Shift all times so that the first packet is of now; else times are those of the capture.
  bool start_now = false;
};

/// Opens the packets to be paced; called again for each round of a loop.
using SourceOpener = std::function<Result<std::unique_ptr<PacketSource>>()>;

/// Releases the packets of a file at the pace of their timestamps; poll() waits at most 5 ms for the next one. now is
/// the packet time that has come, also between packets. Packets that are out of order come at once.
/// A loop ends with the faults of a source that cannot be opened again, or that had no packet.
Result<std::unique_ptr<PacketSource>> open_paced_source(SourceOpener opener, const PacedOptions& options);

}  // namespace netpulse
