#include <string>

#include "exporters/prometheus/families.h"

namespace netpulse {
namespace {

using prometheus::MetricType;

double ratio(std::uint64_t used, std::uint64_t capacity) {
  return capacity == 0 ? 0 : static_cast<double>(used) / static_cast<double>(capacity);
}

void add_losses(const MetricsSnapshot& snapshot, Families& families) {
  const auto family = [&](std::string_view name, std::string_view help, std::initializer_list<LossReason> reasons) {
    FamilyBuilder losses(families, name, help, MetricType::Counter);
    for (std::size_t w = 0; w < snapshot.workers.size(); ++w)
      for (const LossReason reason : reasons)
        losses.add({{"worker", std::to_string(w)}, {"reason", loss_reason_name(reason)}},
                   snapshot.workers[w].losses[static_cast<std::size_t>(reason)]);
  };
  family("netpulse_dropped_flow_records_total", "Flow records that found no room on their way to the exporters.",
         {LossReason::kExportRingFull, LossReason::kExportRingYielded});
  family("netpulse_degraded_flows_total", "Flows that were counted, but whose names or analysis a full pool cost.",
         {LossReason::kDetailPoolFull, LossReason::kAttributePoolFull, LossReason::kStreamPoolFull,
          LossReason::kOverloadUnanalyzed});
  family("netpulse_dropped_report_names_total", "Names that found no room in the final report's lists.",
         {LossReason::kNameSetFull});
  family("netpulse_dropped_learned_names_total",
         "Names from DNS answers, and flows announced by SIP, that another worker was not told of.",
         {LossReason::kNameExchangeFull});
  family("netpulse_unanalyzed_segments_total",
         "TCP segments that no analyzer saw whole: too far ahead of the stream, or behind too many holes.",
         {LossReason::kStreamWindowFull});
  family("netpulse_dropped_expectations_total",
         "Announced flows (media of a call) that were not waited for any longer, for newer announcements.",
         {LossReason::kExpectationsFull});
  family("netpulse_dropped_report_rows_total", "Rows that found no room in the final report's tables.",
         {LossReason::kReportRowsFull});
  family("netpulse_forgotten_tcp_holes_total",
         "Holes in TCP streams that were not waited for: bytes that fill them later are missing in the goodput.",
         {LossReason::kTcpHolesFull});
  // Counted in front of the workers, and behind them.
  FamilyBuilder(families, "netpulse_dropped_throughput_amounts_total",
                "Amounts of traffic missing in the seconds of throughput: the collector was too slow, or a worker.",
                MetricType::Counter)
      .add({{"reason", loss_reason_name(LossReason::kThroughputFull)}},
           snapshot.total.losses[static_cast<std::size_t>(LossReason::kThroughputFull)]);
  FamilyBuilder(families, "netpulse_dropped_shadow_packets_total",
                "Packets that teach (DNS answers, SIP) and that a worker which does not own their flow was not shown.",
                MetricType::Counter)
      .add({{"reason", loss_reason_name(LossReason::kShadowQueueFull)}},
           snapshot.total.losses[static_cast<std::size_t>(LossReason::kShadowQueueFull)]);
  FamilyBuilder(
      families, "netpulse_dropped_top_entries_total",
      "Hosts, pairs and server names of flow records that found no entry in the full top lists, or took another's.",
      MetricType::Counter)
      .add({}, snapshot.untracked_top_entries);
}

}  // namespace

void add_flow_families(const MetricsSnapshot& snapshot, Families& families) {
  const auto per_worker = [&](std::string_view name, std::string_view help, MetricType type, auto value) {
    FamilyBuilder family(families, name, help, type);
    for (std::size_t w = 0; w < snapshot.workers.size(); ++w)
      family.add({{"worker", std::to_string(w)}}, value(snapshot.workers[w]));
  };
  per_worker("netpulse_flows_active", "Flows in the table now.", MetricType::Gauge,
             [](const WorkerMetrics& w) { return w.active_flows; });
  per_worker("netpulse_flows_created_total", "Flow records begun.", MetricType::Counter,
             [](const WorkerMetrics& w) { return w.flows_created; });
  FamilyBuilder ended(
      families, "netpulse_flows_ended_total",
      "Flow records ended, by IPFIX flowEndReason (IE 136). A long flow has one more for each active_timeout.",
      MetricType::Counter);
  for (std::size_t i = 1; i < kEndReasonCount; ++i)
    ended.add({{"reason", end_reason_name(static_cast<EndReason>(i))}}, snapshot.total.flows_ended[i]);
  FamilyBuilder directions(families, "netpulse_flow_directions_total",
                           "Flows that have ended, by the directions seen: one_way were not answered, or not here.",
                           MetricType::Counter);
  for (std::size_t p = 0; p < kFlowProtocolCount; ++p)
    for (std::size_t i = 0; i < kFlowDirectionsCount; ++i) {
      const auto protocol = static_cast<FlowProtocol>(p);
      const auto seen = static_cast<FlowDirections>(i);
      directions.add({{"protocol", flow_protocol_name(protocol)}, {"directions", flow_directions_name(seen)}},
                     snapshot.total.flows_seen(protocol, seen));
    }
  per_worker("netpulse_flow_table_capacity_flows", "Flows the table can hold.", MetricType::Gauge,
             [](const WorkerMetrics& w) { return w.flow_capacity; });
  per_worker("netpulse_flow_table_load_ratio",
             "Share of the worker's flow table in use. At 1 the flow idle longest makes room for each new one, and "
             "ends as lack_of_resources: raise flows_max in [flow_table].",
             MetricType::Gauge, [](const WorkerMetrics& w) { return ratio(w.active_flows, w.flow_capacity); });
  per_worker("netpulse_flow_details_load_ratio",
             "Share of the records for names and findings in use. At 1 flows stay nameless "
             "(netpulse_degraded_flows_total): raise details_max in [flow_table].",
             MetricType::Gauge, [](const WorkerMetrics& w) { return ratio(w.details_used, w.details_capacity); });
  per_worker("netpulse_flow_records_total", "Flow records handed to the exporters' queue.", MetricType::Counter,
             [](const WorkerMetrics& w) { return w.flow_records_exported; });
  per_worker("netpulse_flow_closed_list_overflows_total",
             "Closed connections whose records come some seconds late: the list of those to end on time was full.",
             MetricType::Counter, [](const WorkerMetrics& w) { return w.closed_list_overflows; });
  per_worker("netpulse_replaced_report_rows_total",
             "Rows of the final report's tables that made room for later ones: it shows the latest.",
             MetricType::Counter, [](const WorkerMetrics& w) { return w.report_rows_replaced; });
  add_losses(snapshot, families);

  FamilyBuilder fragments(
      families, "netpulse_fragments_total",
      "Fragmented datagrams tracked or evicted; later fragments matched or unmatched; fragments whose place in "
      "the datagram was not kept.",
      MetricType::Counter);
  const WorkerMetrics& total = snapshot.total;
  fragments.add({{"result", "tracked"}}, total.fragments_tracked);
  fragments.add({{"result", "matched"}}, total.fragments_matched);
  fragments.add({{"result", "unmatched"}}, total.fragments_unmatched);
  fragments.add({{"result", "evicted"}}, total.fragments_evicted);
  fragments.add({{"result", "range_forgotten"}}, total.fragments_ranges_forgotten);

  per_worker("netpulse_name_cache_entries", "Addresses with a name learned from DNS answers.", MetricType::Gauge,
             [](const WorkerMetrics& w) { return w.name_cache_entries; });
  per_worker("netpulse_name_cache_capacity_entries", "Entries the name cache can hold.", MetricType::Gauge,
             [](const WorkerMetrics& w) { return w.name_cache_capacity; });
  per_worker("netpulse_name_cache_evictions_total", "Entries that made room before their time.", MetricType::Counter,
             [](const WorkerMetrics& w) { return w.name_cache_evictions; });
  per_worker("netpulse_name_cache_overwritten_total",
             "Look-ups that found an address whose name had made room for newer names.", MetricType::Counter,
             [](const WorkerMetrics& w) { return w.name_cache_overwritten; });
}

}  // namespace netpulse
