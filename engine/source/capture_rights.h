#pragma once

#include <initializer_list>
#include <string>

namespace netpulse {

/// Rights that capturing needs, as in capabilities(7).
enum class Capability : unsigned { kNetAdmin = 12, kNetRaw = 13, kIpcLock = 14, kBpf = 39 };

/// Whether this process has it now (not Linux: never).
bool has_capability(Capability capability);

/// "eth0: no permission to capture; missing: CAP_NET_RAW; run once: sudo setcap ...", of those needed. detail: the
/// system's words, told when none is missing; may be empty.
std::string no_permission(const std::string& interface, std::initializer_list<Capability> needed,
                          const std::string& detail);

}  // namespace netpulse
