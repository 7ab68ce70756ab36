#pragma once

#include <cstdint>

namespace netpulse {

/// What became of the connections to the HTTP port.
struct HttpCounters {
  std::uint64_t accepted = 0;
  std::uint64_t accept_failed = 0;  ///< out of file descriptors or memory; tried again
  std::uint64_t displaced = 0;      ///< closed while waiting for a request, to make room for a newer one
  std::uint64_t refused = 0;        ///< answered 503: all connections were being answered
  std::uint64_t timed_out = 0;      ///< closed: the request or the answer took too long
};

}  // namespace netpulse
