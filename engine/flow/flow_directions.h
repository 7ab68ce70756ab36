#pragma once

#include <cstddef>
#include <cstdint>

#include "engine/flow/flow_record.h"

namespace netpulse {

/// Which ways of a flow were seen at the place of capture.
enum class FlowDirections : std::uint8_t {
  kBoth,
  kOneWay,     ///< only the initiator: nobody answered, or the answers went another way or were not captured
  kMulticast,  ///< sent to a group or to everybody (255.255.255.255): an answer would not come from that address
  kCount
};
inline constexpr std::size_t kFlowDirectionsCount = static_cast<std::size_t>(FlowDirections::kCount);
/// "both", "one_way", "multicast": label value and report key.
const char* flow_directions_name(FlowDirections directions) noexcept;

/// Of the flow so far: what the records before this one (active timeout) saw counts too.
FlowDirections directions_seen(const FlowRecord& record) noexcept;

/// The protocols by which flows are counted apart; kOther is whatever has no ports, and SCTP.
enum class FlowProtocol : std::uint8_t { kTcp, kUdp, kOther, kCount };
inline constexpr std::size_t kFlowProtocolCount = static_cast<std::size_t>(FlowProtocol::kCount);
/// "tcp", "udp", "other": label value and report key.
const char* flow_protocol_name(FlowProtocol protocol) noexcept;
FlowProtocol flow_protocol(const FlowRecord& record) noexcept;

}  // namespace netpulse
