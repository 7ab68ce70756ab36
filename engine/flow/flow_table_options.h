#pragma once

#include <cstddef>

#include "engine/base/time.h"
#include "engine/config/config.h"

namespace netpulse {

/// Section [flow_table].
struct FlowTableOptions {
  /// Records over all workers, touched only when used: 144 bytes each, 280 for TCP, and another 216 for TCP that does
  /// not go smoothly. Places of TCP and of others are not exchanged.
  std::size_t flows_max = 1 << 20;
  std::size_t details_max = 1 << 18;  ///< cold records (names, findings) over all workers: 256 bytes each
  /// Texts of flows (user agents, ...) over all workers: so many flows with 512 bytes, or up to eight times as many
  /// that have less.
  std::size_t attributes_max = 1 << 16;
  Duration idle_timeout = Duration::from_seconds(60);
  Duration active_timeout = Duration::from_seconds(300);
  Duration tcp_end_timeout = Duration::from_seconds(2);  ///< after FIN from both sides or RST: soaks up the last ACKs
};

FlowTableOptions read_flow_table_options(Config& config);

}  // namespace netpulse
