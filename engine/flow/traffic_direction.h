#pragma once

#include <cstddef>
#include <cstdint>

namespace netpulse {

/// Which way a packet goes, seen from the home networks (place/home_networks.h). The bits of the first four: 1 its
/// source is at home, 2 its destination is.
enum class TrafficDirection : std::uint8_t {
  kTransit,  ///< between two others
  kOut,      ///< from home to elsewhere
  kIn,       ///< from elsewhere to home
  kLocal,    ///< from home to home
  kNone,     ///< of no flow: not IP, not readable, or of a flow that found no room
};
inline constexpr std::size_t kFlowDirectionCount = 4;     ///< those that a packet of a flow may have
inline constexpr std::size_t kTrafficDirectionCount = 5;  ///< all

/// "in", "out", "local", "transit", "none": label value, report key and column value.
const char* traffic_direction_name(TrafficDirection direction) noexcept;

}  // namespace netpulse
