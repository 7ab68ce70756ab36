#pragma once

#include <cstddef>
#include <cstdint>

namespace netpulse {

/// What a worker leaves undone when it cannot keep up; each rung includes the ones before it, but for those taken
/// because the flow table is full, which is no reason to stop analyzing.
enum class OverloadLevel : std::uint8_t {
  kNormal,
  kSkipAnalysis,       ///< new flows are named by DNS answer, address or port alone: their payload is not read
  kEmergencyTimeouts,  ///< flows that nobody answers end after a second
  kCountOnly,          ///< new flows are not followed: their packets are counted by protocol alone
};
inline constexpr std::size_t kOverloadLevelCount = 4;
/// "normal", "skip_analysis", "emergency_timeouts", "count_only".
const char* overload_level_name(OverloadLevel level) noexcept;

}  // namespace netpulse
