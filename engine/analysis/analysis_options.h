#pragma once

#include <cstddef>
#include <cstdint>

#include "engine/base/time.h"
#include "engine/config/config.h"

namespace netpulse {

/// Section [analysis].
struct AnalysisOptions {
  std::size_t stream_buffers = 1024;  ///< stream prefixes held at one time, per worker: 16 KiB each, touched when used
  std::size_t name_cache_entries = 1 << 16;  ///< (client, address) -> name, per worker
  std::size_t expected_flows = 8192;         ///< announced flows waited for, per worker: 64 bytes each
  std::uint8_t packets_max = 64;             ///< payload packets looked at before an undecided flow is given up
  Duration name_ttl_min = Duration::from_seconds(60);
  Duration name_ttl_max = Duration::from_seconds(86400);
};

AnalysisOptions read_analysis_options(Config& config);

}  // namespace netpulse
