#include <array>

#include "engine/flow/flow_record.h"
#include "engine/flow/tcp_finding.h"

namespace netpulse {

const char* end_reason_name(EndReason reason) noexcept {
  switch (reason) {
    case EndReason::kNone:
      return "none";
    case EndReason::kIdleTimeout:
      return "idle_timeout";
    case EndReason::kActiveTimeout:
      return "active_timeout";
    case EndReason::kEndOfFlow:
      return "end_of_flow";
    case EndReason::kForcedEnd:
      return "forced_end";
    case EndReason::kLackOfResources:
      return "lack_of_resources";
  }
  return "none";
}

const char* tcp_finding_name(TcpFinding finding) noexcept {
  static constexpr std::array kNames{"retransmissions",
                                     "fast_retransmissions",
                                     "spurious_retransmissions",
                                     "out_of_order",
                                     "duplicate_acks",
                                     "lost_segments",
                                     "zero_windows",
                                     "windows_full",
                                     "keep_alives",
                                     "unseen_acknowledged",
                                     "resets",
                                     "duplicate_frames",
                                     "resets_out_of_window",
                                     "duplicate_sacks",
                                     "spurious_by_time_stamp",
                                     "super_frames"};
  static_assert(kNames.size() == kTcpFindingCount);
  return kNames[static_cast<std::size_t>(finding)];
}

const char* traffic_direction_name(TrafficDirection direction) noexcept {
  switch (direction) {
    case TrafficDirection::kTransit:
      return "transit";
    case TrafficDirection::kOut:
      return "out";
    case TrafficDirection::kIn:
      return "in";
    case TrafficDirection::kLocal:
      return "local";
    case TrafficDirection::kNone:
      break;
  }
  return "none";
}

}  // namespace netpulse
