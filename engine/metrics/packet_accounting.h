#pragma once

#include <cstdint>

#include "engine/metrics/sinks.h"

namespace netpulse {

/// Where every packet went that arrived:
///   arrived = dropped + filtered + given out by the sources
///   given out = dropped at the workers' queues + received by the workers
///   received = refused by the decoder + processed
/// At the end of a run unaccounted_packets is 0, or netpulse has a fault. During a run the counters are of slightly
/// different moments, and what is on its way between threads is in none of them.
struct PacketAccounting {
  std::uint64_t arrived_packets = 0;
  std::uint64_t dropped_packets = 0;   ///< before the sources gave them out; by SourceDrop
  std::uint64_t filtered_packets = 0;  ///< by the user's filter, where netpulse runs it itself
  std::uint64_t queue_full_packets = 0;
  std::uint64_t refused_packets = 0;    ///< by DecodeStatus; counted, with their bytes
  std::uint64_t processed_packets = 0;  ///< decoded and counted; those of LossReason::kOverloadUntracked in no flow
  std::int64_t unaccounted_packets = 0;
};

PacketAccounting packet_accounting(const MetricsSnapshot& snapshot) noexcept;

}  // namespace netpulse
