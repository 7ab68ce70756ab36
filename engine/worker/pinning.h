#pragma once

#include <string>

namespace netpulse {

/// Keeps the calling thread on one core. False if the core does not exist or is not allowed; the thread then goes on.
bool pin_this_thread(int core) noexcept;
/// Name in ps and debuggers; cut to 15 characters on Linux.
void name_this_thread(const std::string& name) noexcept;

}  // namespace netpulse
