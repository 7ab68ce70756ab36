#pragma once

namespace netpulse {

inline constexpr const char* kVersion = NETPULSE_VERSION;

}  // namespace netpulse
