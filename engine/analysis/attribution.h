#pragma once

#include "engine/analysis/analysis_plan.h"
#include "engine/flow/flow_table.h"
#include "engine/metrics/worker_metrics.h"

namespace netpulse {

/// What a flow is found to be, and under what its traffic is counted. One per worker.
///
/// A flow's traffic is counted under the protocol and the application that it had when it was first counted. What is
/// learned later changes its record only: a flow that changed hands in the counters would do so where a batch ends, and
/// batches end elsewhere with another number of workers.
class Attribution {
 public:
  Attribution(const AnalysisPlan& plan, WorkerMetrics& metrics)
      : plan_(plan), metrics_(metrics), matcher_(plan.catalogue()) {}
  /// The table of the records; set once before use.
  void attach(FlowTable& table) noexcept { table_ = &table; }

  /// Draws the conclusion from what is known so far, and counts what the flow has had if that was not done before.
  /// A better name may still come. detail: the record's, or null.
  void decide(FlowRecord& record, FlowDetail* detail) noexcept;
  /// Counts a packet of a flow that has FlowRecord::kFlagAccounted.
  void count(const PacketView& packet, const FlowRecord& record) noexcept {
    count(record, TrafficCounters{1, packet.wire_bytes, 0});
  }

 private:
  // FlowRecord::analysis_flags: the catalogue's address ranges were asked, which costs a search and never changes.
  static constexpr std::uint8_t kAddressesAsked = 0x10;

  void count(const FlowRecord& record, const TrafficCounters& traffic) noexcept {
    const ApplicationId application =
        record.is(FlowRecord::kFlagRenamed) ? table_->detail_if_any(record)->accounted_application : record.application;
    const ProtocolId protocol = record.accounted_protocol;
    metrics_.applications[application] += traffic;
    metrics_.protocols[protocol] += traffic;
    if (protocol != 0)
      (plan_.encrypted(protocol) ? metrics_.encrypted_bytes : metrics_.cleartext_bytes) += traffic.bytes;
  }
  /// False if there is no room to keep what the flow is counted under: it stays what it is.
  bool rename(FlowRecord& record, FlowDetail* detail, ApplicationId application, ApplicationSource source) noexcept;
  /// The application of a flow that no name tells: by addresses, then by protocol, then by port.
  void decide_without_name(FlowRecord& record, FlowDetail* detail) noexcept;

  const AnalysisPlan& plan_;
  WorkerMetrics& metrics_;
  CatalogueMatcher matcher_;
  FlowTable* table_ = nullptr;
};

}  // namespace netpulse
