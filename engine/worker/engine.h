#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "engine/analysis/analysis_options.h"
#include "engine/analysis/analysis_plan.h"
#include "engine/config/config.h"
#include "engine/flow/flow_table_options.h"
#include "engine/metrics/run_report.h"
#include "engine/metrics/sinks.h"
#include "engine/place/home_networks.h"
#include "engine/source/packet_source.h"

namespace netpulse {

struct EngineOptions {
  std::size_t worker_count = 1;
  std::vector<int> cores;            ///< worker i runs on cores[i % size]; empty: not pinned
  std::size_t fragments_max = 4096;  ///< datagrams tracked per decoder
  FlowTableOptions flow_table;       ///< flows_max is the total; each worker has its share
  AnalysisOptions analysis;
  bool collect_names = false;     ///< fill RunReport::names and tables (capture files)
  bool collect_latest = false;    ///< fill RunReport::tables, with the latest rows (live runs)
  std::size_t names_max = 65536;  ///< per list
  std::size_t rows_max = 16384;   ///< of the report's tables about streams together; of a live run per worker
  std::size_t top_entries = 10;
  HomeNetworks home;
};

/// Reads [workers], [flow_table], [analysis], [report], [home] and capture.fragments_max; errors are recorded in
/// config.
EngineOptions read_engine_options(Config& config);

/// A run: sources, workers, collector. With one source per worker each worker polls its own (run to completion); with
/// fewer sources than workers (one, in fact) a reader thread decodes and dispatches by flow hash.
class Engine {
 public:
  /// sources: one, or one per worker. The plan's catalogue and analyzers must outlive the engine.
  /// interfaces: names by RawPacket::interface_index for live sources; empty for files, which report theirs at the end.
  Engine(const EngineOptions& options, std::vector<std::unique_ptr<PacketSource>> sources, AnalysisPlan plan,
         std::vector<std::string> interfaces);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  /// Before start(). Sinks are called from the collector's thread and must outlive the engine.
  void add_flow_sink(FlowSink& sink);
  /// Likewise, but it is no exporter: its records are not counted as exported.
  void add_flow_watcher(FlowSink& watcher);
  void add_metrics_sink(MetricsSink& sink);

  /// Before start(): each flow record gets the countries and networks of its ends. places must outlive the engine.
  void use_places(PlaceDatabase& places);

  void start();
  /// Ends the run as at the end of input: what is in flight is processed, flows leave with forced_end. Any thread, also
  /// a signal handler.
  void request_stop() noexcept;
  /// True when all workers and the collector are done.
  bool finished() const noexcept;
  /// Blocks until finished, then gives the report. Call once.
  RunReport wait();

  /// Threads that stand still, or go on after that, since the last call; a sentence each. From one thread, now and then
  /// during a live run.
  std::vector<std::string> watch();

  /// Sums over the sources, from any thread: for a progress line.
  SourceStats source_stats() const noexcept;
  const RunNames& names() const noexcept;

 private:
  struct Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace netpulse
