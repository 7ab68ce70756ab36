#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/flow/flow_record.h"
#include "engine/metrics/metric_description.h"
#include "engine/metrics/throughput.h"
#include "engine/metrics/worker_metrics.h"
#include "engine/packet/source_stats.h"
#include "engine/place/place_database.h"

namespace netpulse {

/// Names for the numbers in records and metrics; fixed for a run, shared read-only.
struct RunNames {
  std::vector<std::string> applications;      ///< by ApplicationId; [0] "Unknown"
  std::vector<std::string> categories;        ///< category of each application, by ApplicationId
  std::vector<std::string> protocols;         ///< by ProtocolId; [0] "unknown"
  std::vector<std::string> name_sources;      ///< by ProtocolId; [0] ""
  std::vector<bool> protocol_encrypted;       ///< by ProtocolId
  std::vector<MetricDescription> counters;    ///< of WorkerMetrics::plugin_counters, in order
  std::vector<MetricDescription> histograms;  ///< of WorkerMetrics::plugin_histograms, in order
  std::vector<std::string> name_lists;        ///< report lists: "tls_server_name", ...
  std::vector<std::string> interfaces;        ///< by interface index: "eth0", or the file's name
  std::vector<std::string> exporters;         ///< of MetricsSnapshot::exporters, in order
  std::vector<std::string> regions;           ///< by RegionId: "SE", "private"; empty where places are not looked up
  std::vector<std::string> region_names;      ///< by RegionId: "Sweden"
};

/// What became of the records given to one exporter.
struct ExporterCounters {
  std::uint64_t records = 0;
  std::uint64_t dropped_records = 0;
};

/// What came before the workers, per source and interface.
struct SourceCounters {
  std::size_t source = 0;
  std::size_t interface = 0;  ///< index into RunNames::interfaces; 0 for files, which count as one
  SourceStats stats;
  double backlog_ratio = -1;  ///< of the source: PacketSource::backlog_ratio() a moment ago
};

/// One host, server name, ... and its traffic, for the report's top lists.
struct TopEntry {
  std::string name;
  TrafficCounters traffic;
  std::uint64_t bytes_missed_max = 0;  ///< that it may have had besides; 0: exact
};

/// The state of a run at one moment: merged, and by worker.
struct MetricsSnapshot {
  std::shared_ptr<const RunNames> names;
  WorkerMetrics total;
  std::vector<WorkerMetrics> workers;
  /// By source (one per worker, or one for all), then by interface: the same entries in every snapshot of a run.
  std::vector<SourceCounters> sources;
  std::size_t source_count() const noexcept { return sources.empty() ? 0 : sources.back().source + 1; }
  std::vector<ExporterCounters> exporters;
  std::uint64_t untracked_top_entries =
      0;  ///< hosts, pairs, names of records that found no entry in the full top lists
  /// By RegionId: flow records with an end there, once each; a flow between two regions counts for both.
  std::vector<TrafficCounters> regions;
  PlaceCounters places;
  ThroughputFigures throughput;
  Timestamp started_at;  ///< wall clock
  double uptime_seconds = 0;
};

/// Takes finished flows, in the order the workers gave them out. Called by the collector's thread alone.
class FlowSink {
 public:
  virtual ~FlowSink() = default;
  virtual void write(std::span<const FinishedFlow* const> flows) = 0;
  virtual void flush() = 0;
  virtual ExporterCounters counters() const = 0;
  virtual std::string_view name() const = 0;
  /// What went wrong and what to do, for the end of the run; empty if all went well. After the run has ended.
  virtual std::string error() const { return {}; }
};

/// Takes the merged metrics, several times a second and once at the end. Called by the collector's thread alone.
class MetricsSink {
 public:
  virtual ~MetricsSink() = default;
  virtual void publish(std::shared_ptr<const MetricsSnapshot> snapshot) = 0;
};

}  // namespace netpulse
