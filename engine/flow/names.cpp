#include "engine/flow/flow_record.h"

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

}  // namespace netpulse
