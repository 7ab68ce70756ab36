#pragma once

#include <cstdint>

#include "engine/config/config.h"
#include "engine/source/receive_scaling.h"

namespace netpulse {

/// Where in the kernel the XDP program runs.
enum class XdpMode : std::uint8_t {
  kAuto,     ///< in the driver, else generic
  kNative,   ///< in the driver only
  kGeneric,  ///< after the driver has made a socket buffer of the frame: works with each driver, slower
};

/// Section [capture.af_xdp].
struct AfXdpOptions {
  bool dedicated = false;                    ///< the interfaces are capture ports: the host does not need their frames
  std::uint32_t frames = 8192;               ///< of memory shared with the kernel, per queue; a power of two
  std::uint32_t frame_bytes = 2048;          ///< of each: 2048 or 4096, of which 272 are for the kernel and time stamps
  std::uint32_t receive_ring_frames = 4096;  ///< received and not yet taken, per queue; a power of two up to frames
  XdpMode mode = XdpMode::kAuto;
  ReceiveScaling receive_scaling = ReceiveScaling::kAuto;
  bool zero_copy = true;                     ///< where the driver can: the card writes to the shared memory itself
  std::uint32_t busy_poll_microseconds = 0;  ///< 0: the card interrupts; else its queue is polled from our thread
  std::uint32_t busy_poll_packets = 64;      ///< taken from the card in one such poll at most
};

/// Reads the keys above with their ranges; errors are recorded in config.
AfXdpOptions read_af_xdp_options(Config& config);

}  // namespace netpulse
