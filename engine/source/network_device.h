#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace netpulse {

// What Linux tells about a network interface by its name.

struct NetworkDevice {
  unsigned id = 0;  ///< interface index; another one when it was removed and came back
  bool up = false;
  bool ethernet = false;          ///< also loopback, whose frames look the same
  std::uint32_t mtu_bytes = 0;    ///< without the link-layer header
  std::uint32_t queues = 1;       ///< receive queues in use
  std::uint32_t queues_max = 1;   ///< that there may be (ethtool -L)
  bool strips_vlan_tags = false;  ///< the card or its driver keeps them beside the frame
};

/// id 0: there is no such interface. What cannot be asked keeps its default.
NetworkDevice network_device(const std::string& name);
/// NetworkDevice::queues alone; 0: there is no such interface.
std::uint32_t receive_queues(const std::string& name);
/// Whether the card gives both directions of a flow the same receive queue, as far as it tells: its Toeplitz key has a
/// period of two bytes (Woo, Park 2012), it hashes symmetrically by itself (Linux 6.8: symmetric-xor), or there is one
/// queue. Fragments, and packets in tunnels whose outer headers differ by direction, are not among them.
bool hashes_symmetrically(const std::string& name);
/// Interfaces on top of this one, as bridges, bonds and VLANs that get their frames from it.
std::vector<std::string> interfaces_above(const std::string& name);
/// Frames that the interface lost before anybody saw them (rx_missed_errors, rx_fifo_errors).
std::uint64_t missed_frames(const std::string& name);

}  // namespace netpulse
