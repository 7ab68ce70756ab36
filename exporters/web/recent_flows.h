#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "engine/metrics/sinks.h"

namespace netpulse {

/// The flow records that ended last, for viewers. Written by the collector, read by the HTTP server's thread; a reader
/// holds the lock for a few records at a time, so the collector hardly waits.
class RecentFlows final : public FlowSink {
 public:
  static constexpr std::size_t kFlowsMax = 20'000;

  /// flows_max: 0-kFlowsMax records are kept, some 2 KB each, taken as they come.
  explicit RecentFlows(std::size_t flows_max) : flows_max_(flows_max) {}

  void write(std::span<const FinishedFlow* const> flows) override;
  void flush() override {}
  ExporterCounters counters() const override { return {}; }
  std::string_view name() const override { return "recent"; }

  /// Records since the start; the newest one has this number, the first one 1. Any thread.
  std::uint64_t last_number() const;
  /// Visits records from the newest before number on to older ones, until visit gives false or there are no more. Any
  /// thread; visit must not call this object.
  void visit(std::uint64_t before, const std::function<bool(const FinishedFlow&, std::uint64_t number)>& visit) const;

 private:
  static constexpr std::size_t kVisitedAtOnce = 32;

  const std::size_t flows_max_;
  mutable std::mutex mutex_;
  std::vector<std::unique_ptr<FinishedFlow>> flows_;  // number n at (n - 1) % flows_max_
  std::uint64_t last_number_ = 0;
};

}  // namespace netpulse
