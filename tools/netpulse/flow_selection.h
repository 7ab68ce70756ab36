#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/filter/flow_filter.h"
#include "engine/metrics/sinks.h"

namespace netpulse {

/// One flow record for people.
struct SelectedFlow {
  std::string source, destination;  ///< "192.0.2.1:443"
  std::string application, name;
  std::uint64_t flow_id = 0, packets = 0, bytes = 0;
};

/// What a filter of flow records has selected so far.
struct SelectionSummary {
  static constexpr std::size_t kLargestMax = 20;

  std::string expression;
  std::uint64_t records = 0;          ///< that match
  std::uint64_t others = 0;           ///< that do not
  TrafficCounters traffic;            ///< of those that match
  std::vector<SelectedFlow> largest;  ///< of those that match; by bytes, then by flow_id
};

/// Counts the flow records that a filter selects, and keeps the largest.
class FlowSelection final : public FlowSink {
 public:
  /// names must outlive it.
  FlowSelection(std::string expression, FlowFilter filter, const RunNames& names);

  void write(std::span<const FinishedFlow* const> flows) override;
  void flush() override {}
  ExporterCounters counters() const override { return {summary_.records, 0}; }
  std::string_view name() const override { return "selection"; }
  /// After the run.
  const SelectionSummary& summary() const noexcept { return summary_; }

 private:
  void keep(const FinishedFlow& flow);

  const FlowFilter filter_;
  const RunNames& names_;
  SelectionSummary summary_;
};

/// Hands on to another sink what a filter selects.
class SelectingSink final : public FlowSink {
 public:
  SelectingSink(FlowFilter filter, std::unique_ptr<FlowSink> sink)
      : filter_(std::move(filter)), sink_(std::move(sink)) {}

  void write(std::span<const FinishedFlow* const> flows) override;
  void flush() override { sink_->flush(); }
  ExporterCounters counters() const override { return sink_->counters(); }
  std::string_view name() const override { return sink_->name(); }
  std::string error() const override { return sink_->error(); }

 private:
  const FlowFilter filter_;
  std::unique_ptr<FlowSink> sink_;
  std::vector<const FinishedFlow*> selected_;
};

/// Names of a run as the flow schema wants them.
SchemaNames schema_names(const RunNames& names);
/// The fields and the language, for --filter help. protocols: by ProtocolId.
std::string filter_help(std::span<const std::string> protocols);

}  // namespace netpulse
