#include <thread>

#include "engine/worker/engine.h"

namespace netpulse {

EngineOptions read_engine_options(Config& config) {
  constexpr std::int64_t kWorkersMax = 256, kCoresMax = 1023;
  EngineOptions options;
  options.worker_count = static_cast<std::size_t>(config.integer("workers", "count", 1, 1, kWorkersMax));
  for (const std::int64_t core : config.integers("workers", "cores", {}, 0, kCoresMax))
    options.cores.push_back(static_cast<int>(core));
  options.fragments_max =
      static_cast<std::size_t>(config.integer("capture", "fragments_max", 4096, 64, std::int64_t{1} << 24));
  options.flow_table = read_flow_table_options(config);
  options.analysis = read_analysis_options(config);
  options.names_max = static_cast<std::size_t>(config.integer("report", "names_max", 65536, 16, std::int64_t{1} << 24));
  options.rows_max = static_cast<std::size_t>(config.integer("report", "rows_max", 16384, 16, std::int64_t{1} << 24));
  options.top_entries = static_cast<std::size_t>(config.integer("report", "top_entries", 10, 1, 1000));
  options.home = read_home_networks(config);
  return options;
}

}  // namespace netpulse
