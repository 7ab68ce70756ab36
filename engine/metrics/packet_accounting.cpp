#include "engine/metrics/packet_accounting.h"

namespace netpulse {

PacketAccounting packet_accounting(const MetricsSnapshot& snapshot) noexcept {
  SourceStats sources;
  for (const SourceCounters& source : snapshot.sources) sources += source.stats;
  const WorkerMetrics& total = snapshot.total;

  PacketAccounting packets;
  packets.dropped_packets = sources.dropped_packets();
  packets.filtered_packets = sources.filtered_packets;
  packets.arrived_packets = sources.received_packets + packets.dropped_packets + packets.filtered_packets;
  packets.queue_full_packets = total.losses[static_cast<std::size_t>(LossReason::kQueueFull)];
  packets.processed_packets = total.decode_status[static_cast<std::size_t>(DecodeStatus::kOk)];
  for (std::size_t i = 1; i < total.decode_status.size(); ++i) packets.refused_packets += total.decode_status[i];
  packets.unaccounted_packets =
      static_cast<std::int64_t>(packets.arrived_packets - packets.dropped_packets - packets.filtered_packets -
                                packets.queue_full_packets - packets.refused_packets - packets.processed_packets);
  return packets;
}

}  // namespace netpulse
