#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/source/capture_options.h"
#include "engine/source/packet_source.h"

namespace netpulse {

/// Who copies frames of AF_XDP: nobody, the kernel (on one queue at least), the kernel's generic XDP.
inline constexpr std::array<const char*, 3> kAfXdpModes{"zero_copy", "copy", "generic"};

/// What a live capture consists of, once it is open.
struct LiveCapture {
  CaptureBackend backend = CaptureBackend::kPcap;      ///< never kAuto
  std::vector<std::unique_ptr<PacketSource>> sources;  ///< one per worker, or one that a reader deals out
  std::vector<std::string> interfaces;                 ///< names by RawPacket::interface_index
  /// By interface: of AF_XDP one of kAfXdpModes; missing or empty: there is nothing to tell.
  std::vector<std::string> modes;
  std::vector<std::string> notes;  ///< what a user should know of it, a sentence each: modes, what would be faster
};

/// Opens options.interfaces (if there are none, libpcap takes the default one, DPDK the ports of its section) for
/// worker_count workers through options.backend; kAuto takes what choose_backend() finds and works, and says in a note
/// why, if something else than libpcap was asked for or taken. An error says what the user can do.
Result<LiveCapture> open_live_capture(const CaptureOptions& options, std::size_t worker_count);

}  // namespace netpulse
