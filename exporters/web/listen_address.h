#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/ip_address.h"
#include "engine/base/result.h"

namespace netpulse {

/// Where the HTTP server listens.
struct ListenAddress {
  IpAddress address;
  std::uint16_t port = 0;  ///< 0: the system picks one
  bool loopback = false;   ///< in 127.0.0.0/8, or ::1

  /// Accepts "127.0.0.1:8470", "[::1]:8470" and "localhost:8470"; names are not resolved.
  static Result<ListenAddress> parse(std::string_view text);

  /// Every address of the machine: 0.0.0.0 or [::].
  bool any() const noexcept;

  /// "127.0.0.1:8470", "[::1]:8470".
  std::string to_string() const;
};

}  // namespace netpulse
