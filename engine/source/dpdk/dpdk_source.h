#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "engine/source/bpf_filter.h"
#include "engine/source/dpdk/eal.h"
#include "engine/source/dpdk/port.h"
#include "engine/source/dpdk/port_monitor.h"
#include "engine/source/packet_source.h"

namespace netpulse {

/// What the sources of one capture share. Taken apart in the right order when the last of them goes.
struct DpdkCapture {
  std::shared_ptr<Eal> eal;
  CaptureOptions options;
  std::vector<std::unique_ptr<Port>> ports;  // by RawPacket::interface_index
  std::unique_ptr<PortMonitor> monitor;
};

/// Queues of a port that one source polls.
struct DpdkQueues {
  std::size_t port_index = 0;
  std::uint16_t first = 0, count = 1;
};

/// A source over some queues of started ports. accounts: this one of the capture's sources tells the ports' own
/// counters; the others tell only what they received.
Result<std::unique_ptr<PacketSource>> make_dpdk_source(std::shared_ptr<DpdkCapture> capture,
                                                       const std::vector<DpdkQueues>& queues, bool accounts);

}  // namespace netpulse
