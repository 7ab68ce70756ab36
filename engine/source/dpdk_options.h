#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/config/config.h"
#include "engine/source/receive_scaling.h"

namespace netpulse {

/// Section [capture.dpdk].
struct DpdkOptions {
  std::vector<std::string> eal_arguments;  ///< for DPDK's environment layer (EAL), as a DPDK program takes them
  std::vector<std::string> ports;          ///< device names or port numbers; empty: every port that EAL finds
  std::uint32_t rx_descriptors = 2048;     ///< per queue, a power of two; adjusted to what the port can
  std::uint32_t mbufs = 0;                 ///< packet buffers per queue; 0: what its ring, the cache and batches need
  std::uint32_t mbuf_cache = 256;          ///< free packet buffers kept with each queue's thread
  std::uint32_t mbuf_data_bytes = 2048;    ///< of a packet in one buffer; longer packets take several
  std::uint32_t rx_queues = 0;             ///< per port where one reader deals packets out; 0: as many as bring any
  ReceiveScaling receive_scaling = ReceiveScaling::kAuto;
  bool vlan_strip = false;             ///< the port takes VLAN tags out, and they are put back in
  bool hardware_timestamps = true;     ///< where the port has them
  bool busy_poll = false;              ///< never sleep, not even on a silent port
  std::vector<int> worker_cores = {};  ///< not a key: the cores of [workers], to tell when one is far from a port
};

/// Reads the keys above with their ranges; errors are recorded in config.
DpdkOptions read_dpdk_options(Config& config);

}  // namespace netpulse
