#pragma once

#include "engine/analysis/analysis_plan.h"
#include "engine/flow/flow_table.h"
#include "engine/metrics/window_meter.h"
#include "engine/metrics/worker_metrics.h"

namespace netpulse {

/// What a flow is found to be, and under what its traffic is counted. One per worker.
///
/// A flow's traffic is counted under the protocol and the application that it had when it was first counted. What is
/// learned later changes its record only: a flow that changed hands in the counters would do so where a batch ends, and
/// batches end elsewhere with another number of workers.
class Attribution {
 public:
  Attribution(const AnalysisPlan& plan, WorkerMetrics& metrics, WindowMeter& windows)
      : plan_(plan), metrics_(metrics), windows_(windows), matcher_(plan.catalogue()) {}
  /// The table of the records; set once before use.
  void attach(FlowTable& table) noexcept { table_ = &table; }

  /// Draws the conclusion from what is known so far, and counts what the flow has had if that was not done before.
  /// A better name may still come. detail: the record's, or null.
  void decide(FlowRecord& record, FlowDetail* detail) noexcept;
  /// Counts a packet of a flow that has FlowRecord::kFlagAccounted.
  void count(const PacketView& packet, const FlowRecord& record) noexcept {
    const TrafficDirection way = record.way(packet.direction);
    const ApplicationId application = accounted_application(record);
    const ProtocolId protocol = record.accounted_protocol;
    windows_.touch(application);
    metrics_.applications[application].of(way).add(1, packet.wire_bytes);
    metrics_.protocols[protocol].of(way).add(1, packet.wire_bytes);
    metrics_.payload_bytes[static_cast<std::size_t>(way)] += packet.payload_bytes;
  }
  /// A packet of a flow that is not counted under anything yet. True if the flow has packets in another second, too:
  /// then it has to be analyzed before the next packet is counted.
  bool wait(const PacketView& packet, FlowRecord& record) noexcept {
    const TrafficDirection way = record.way(packet.direction);
    metrics_.undecided.of(way).add(1, packet.wire_bytes);
    metrics_.payload_bytes[static_cast<std::size_t>(way)] += packet.payload_bytes;
    if (!windows_.holds(record.start_time)) record.analysis_flags |= kOtherSeconds;
    return (record.analysis_flags & kOtherSeconds) != 0;
  }
  /// encrypted_bytes and cleartext_bytes.
  void publish_gauges() noexcept;

 private:
  // FlowRecord::analysis_flags: the catalogue's address ranges were asked, which costs a search and never changes.
  static constexpr std::uint8_t kAddressesAsked = 0x10;
  // FlowRecord::analysis_flags: while not counted yet, it had packets in other seconds than its first.
  static constexpr std::uint8_t kOtherSeconds = 0x20;

  ApplicationId accounted_application(const FlowRecord& record) const noexcept {
    return record.is(FlowRecord::kFlagRenamed) ? table_->detail_if_any(record)->accounted_application
                                               : record.application;
  }
  void count_all(const FlowRecord& record) noexcept;
  /// False if there is no room to keep what the flow is counted under: it stays what it is.
  bool rename(FlowRecord& record, FlowDetail* detail, ApplicationId application, ApplicationSource source) noexcept;
  /// The application of a flow that no name tells: by addresses, then by protocol, then by port.
  void decide_without_name(FlowRecord& record, FlowDetail* detail) noexcept;

  const AnalysisPlan& plan_;
  WorkerMetrics& metrics_;
  WindowMeter& windows_;
  CatalogueMatcher matcher_;
  FlowTable* table_ = nullptr;
};

}  // namespace netpulse
