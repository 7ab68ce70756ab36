#include "tools/netpulse/json_report.h"

#include <algorithm>
#include <array>
#include <span>

#include "engine/base/time_text.h"
#include "engine/metrics/packet_accounting.h"
#include "engine/packet/layer_names.h"
#include "tools/netpulse/json_text.h"

namespace netpulse {
namespace {

/// Lists that are in every report, empty where nothing was found; others are there when something was.
constexpr std::array<std::string_view, 11> kNameLists{"tls_server_name",
                                                      "quic_server_name",
                                                      "dns_query",
                                                      "mdns_query",
                                                      "llmnr_query",
                                                      "http_host",
                                                      "alpn",
                                                      "ja3",
                                                      "ja3s",
                                                      "ja4",
                                                      "ssh"};

class Report : JsonText {
 public:
  Report(const RunReport& report, const ReportContext& context)
      : report_(report), context_(context), snapshot_(report.metrics), total_(report.metrics.total) {}

  std::string write() {
    object([&] {
      write_run();
      write_accounting();
      write_packets();
      write_throughput();
      write_names();
      write_tables();
      write_flows();
      write_selection();
      write_tcp();
      write_traffic("applications", applications_by_bytes(snapshot_), true);
      write_traffic("categories", categories_by_bytes(snapshot_), false);
      write_traffic("protocols", protocols_by_bytes(snapshot_), true);
      write_places();
      write_top();
      write_encryption();
      write_analyzers();
      write_losses();
      write_exporters();
    });
    return result();
  }

 private:
  void time(std::string_view name, Timestamp value) {
    if (total_.received_packets == 0)
      null(name);
    else
      field(name, utc_text(value));
  }
  void traffic(const TrafficCounters& counters) {
    field("packets", counters.packets);
    field("bytes", counters.bytes);
    field("flows", counters.flows);
  }
  void write_run() {
    field("version", context_.version);
    texts(context_.live ? "interfaces" : "files", context_.inputs);
    if (!context_.live) texts("capture_interfaces", snapshot_.names->interfaces);
    flag("complete", report_.source_errors.empty() && !context_.interrupted);
    texts("errors", report_.source_errors);
    object("capture", [&] {
      time("start_time", total_.first_packet_time);
      time("end_time", total_.last_packet_time);
      field("duration_seconds", capture_duration(snapshot_).seconds());
      const SourceStats sources = sum_of_sources(snapshot_);
      field("received_packets", sources.received_packets);
      field("filtered_packets", sources.filtered_packets);
      field("interface_losses", sources.interface_losses);
      if (context_.live) write_interfaces();
    });
    object("run", [&] {
      field("wall_seconds", context_.wall_seconds);
      field("workers", std::uint64_t{context_.worker_count});
      // Here, because these depend on the workers.
      field("closed_list_overflows", total_.closed_list_overflows);
      field("replaced_report_rows", total_.report_rows_replaced);
      object("overload_entries", [&] {
        for (std::size_t i = 1; i < kOverloadLevelCount; ++i)
          field(overload_level_name(static_cast<OverloadLevel>(i)), total_.overload_entries[i]);
      });
      if (context_.live) field("worker_stalls", total_.stalls);
    });
  }
  void write_accounting() {
    const PacketAccounting packets = packet_accounting(snapshot_);
    object("accounting", [&] {
      field("arrived_packets", packets.arrived_packets);
      field("dropped_packets", packets.dropped_packets);
      field("filtered_packets", packets.filtered_packets);
      field("queue_full_packets", packets.queue_full_packets);
      field("refused_packets", packets.refused_packets);
      field("processed_packets", packets.processed_packets);
      integer("unaccounted_packets", packets.unaccounted_packets);
    });
  }
  void write_interfaces() {
    const auto& names = snapshot_.names->interfaces;
    array("interfaces", sums_by_interface(snapshot_), [&](const SourceCounters& interface) {
      object([&] {
        field("name", names[interface.interface]);
        field("received_packets", interface.stats.received_packets);
        field("received_bytes", interface.stats.received_bytes);
        field("dropped_packets", interface.stats.dropped_packets());
        field("filtered_packets", interface.stats.filtered_packets);
        field("losses", interface.stats.interface_losses);
      });
    });
  }

  void write_packets() {
    const auto network = [&](NetworkLayer layer) { return total_.network_packets[static_cast<std::size_t>(layer)]; };
    object("packets", [&] {
      field("total", total_.received_packets);
      for (const NetworkLayer layer : {NetworkLayer::kIpv4, NetworkLayer::kIpv6, NetworkLayer::kArp})
        field(network_layer_name(layer), network(layer));
      for (std::size_t i = 1; i < total_.transport_packets.size(); ++i)
        field(transport_layer_name(static_cast<TransportLayer>(i)), total_.transport_packets[i]);
      field("other_network", network(NetworkLayer::kOther));
    });
    object("bytes", [&] {
      field("wire", total_.wire_bytes);
      field("captured", total_.captured_bytes);
      for (std::size_t i = 0; i < total_.network_bytes.size(); ++i)
        field(network_layer_name(static_cast<NetworkLayer>(i)), total_.network_bytes[i]);
    });
    object("tunnels", [&] {
      for (std::size_t i = 1; i < total_.tunnel_packets.size(); ++i)
        if (total_.tunnel_packets[i] != 0) field(tunnel_name(static_cast<Tunnel>(i)), total_.tunnel_packets[i]);
    });
    object("fragments", [&] {
      field("tracked", total_.fragments_tracked);
      field("matched", total_.fragments_matched);
      field("unmatched", total_.fragments_unmatched);
      field("evicted", total_.fragments_evicted);
      field("ranges_forgotten", total_.fragments_ranges_forgotten);
    });
  }

  void write_names() {
    object("names", [&] {
      for (const std::string_view name : kNameLists) {
        const auto found = std::find_if(report_.names.begin(), report_.names.end(),
                                        [&](const NameList& list) { return list.name == name; });
        texts(name, found == report_.names.end() ? TextList{} : found->values);
      }
      for (const NameList& list : report_.names)
        if (!list.values.empty() && std::find(kNameLists.begin(), kNameLists.end(), list.name) == kNameLists.end())
          texts(list.name, list.values);
    });
  }

  void rate(std::string_view name, const Rate& value) {
    object(name, [&] {
      number_or_null("current", value.current);
      number_or_null("average", value.average);
      field("peak", value.peak);
    });
  }
  void number_or_null(std::string_view name, std::optional<double> value) {
    if (value.has_value())
      field(name, *value);
    else
      null(name);
  }
  void peak_time_of(const RateFigures& figures) {
    if (const auto time = peak_time(figures); time.has_value())
      field("peak_time", utc_text(*time));
    else
      null("peak_time");
  }
  /// Definitions: engine/metrics/README.md.
  void write_throughput() {
    const ThroughputFigures& throughput = snapshot_.throughput;
    object("throughput", [&] {
      field("window_seconds", std::uint64_t{1});
      if (throughput.has_current)
        field("current_time", utc_text(Timestamp{} + Duration::from_seconds(throughput.current_second)));
      else
        null("current_time");
      for (const DirectionRates& way : direction_rates(snapshot_))
        object(way.name, [&] {
          field("packets", way.amount.packets);
          field("bytes", way.amount.bytes);
          rate("bits_per_second", bit_rate(snapshot_, way.figures, way.amount.bytes));
          rate("packets_per_second", packet_rate(snapshot_, way.figures, way.amount.packets));
          peak_time_of(way.figures);
        });
    });
    object("goodput", [&] {
      const RateFigures figures = throughput.of(RateKey::kGoodput);
      std::uint64_t payload = 0;
      for (const std::uint64_t bytes : total_.payload_bytes) payload += bytes;
      field("payload_bytes", payload);
      field("unique_payload_bytes", total_.unique_payload_bytes());
      for (const TrafficDirection direction :
           {TrafficDirection::kIn, TrafficDirection::kOut, TrafficDirection::kLocal, TrafficDirection::kTransit})
        field(std::string(traffic_direction_name(direction)) + "_unique_payload_bytes",
              total_.unique_payload_bytes(direction));
      rate("bits_per_second", bit_rate(snapshot_, figures, total_.unique_payload_bytes()));
      peak_time_of(figures);
    });
  }

  /// {"rtp": {"streams": [{"ssrc": "0x1234abcd", "packets": 12, ...}]}}
  void write_tables() {
    for (const ReportTable& table : report_.tables)
      object(table.description.section,
             [&] { array(table.description.name, table.rows, [&](const ReportRow& row) { write_row(table, row); }); });
  }
  void write_row(const ReportTable& table, const ReportRow& row) {
    object([&] {
      for (std::size_t i = 0; i < table.description.columns.size(); ++i)
        write_value(table.description.columns[i], table.shown_value(row, i));
      if (table.description.subject == RowSubject::kHost) {
        field("address", row.src_addr == IpAddress{} ? "other" : row.src_addr.to_string());
        return;
      }
      field("start_time", utc_text(row.begun_at));
      field("src_addr", row.src_addr.to_string());
      field("src_port", std::uint64_t{row.src_port});
      field("dst_addr", row.dst_addr.to_string());
      field("dst_port", std::uint64_t{row.dst_port});
    });
  }
  void write_value(const ReportColumn& column, std::int64_t value) {
    if (value == kNoValue) return null(column.name);
    switch (column.kind) {
      case ValueKind::kNumber:
        return integer(column.name, value);
      case ValueKind::kMilliseconds:
        return field(column.name, static_cast<double>(value) / 1e6);
      case ValueKind::kThousandths:
        return field(column.name, static_cast<double>(value) / 1e3);
      case ValueKind::kHexadecimal:
      case ValueKind::kLabel:
        return field(column.name, table_text(column, value));
    }
  }

  void write_selection() {
    if (!context_.selection) return;
    const SelectionSummary& selection = *context_.selection;
    object("selection", [&] {
      field("filter", selection.expression);
      field("records", selection.records);
      field("other_records", selection.others);
      field("flows", selection.traffic.flows);
      field("packets", selection.traffic.packets);
      field("bytes", selection.traffic.bytes);
    });
  }

  void write_flows() {
    object("flows", [&] {
      field("total", total_.flows_created);
      field("records", total_.flow_records_exported);
      object("ended", [&] {
        for (std::size_t i = 1; i < kEndReasonCount; ++i)
          field(end_reason_name(static_cast<EndReason>(i)), total_.flows_ended[i]);
      });
      object("directions", [&] {
        for (std::size_t p = 0; p < kFlowProtocolCount; ++p) {
          const auto protocol = static_cast<FlowProtocol>(p);
          object(flow_protocol_name(protocol), [&] {
            for (std::size_t i = 0; i < kFlowDirectionsCount; ++i)
              field(flow_directions_name(static_cast<FlowDirections>(i)),
                    total_.flows_seen(protocol, static_cast<FlowDirections>(i)));
          });
        }
      });
    });
  }

  void write_tcp() {
    object("tcp", [&] {
      for (std::size_t i = 0; i < kTcpFindingCount; ++i)
        field(tcp_finding_name(static_cast<TcpFinding>(i)), total_.tcp_findings[i]);
      field("super_frame_segments", total_.tcp_super_frame_segments);
      field("flows", total_.ended_flows(FlowProtocol::kTcp));
      field("midstream_flows", total_.tcp_midstream_flows);
      field("one_way_flows", total_.flows_seen(FlowProtocol::kTcp, FlowDirections::kOneWay));
      object("rtt_seconds", [&] { write_histogram(total_.tcp_rtt); });
      object("handshake_rtt_seconds", [&] { write_histogram(total_.tcp_handshake_rtt); });
    });
  }

  void write_traffic(std::string_view name, const std::vector<NamedTraffic>& list, bool with_rates) {
    array(name, list, [&](const NamedTraffic& entry) {
      object([&] {
        field("name", entry.name);
        if (!entry.category.empty()) field("category", entry.category);
        traffic(entry.traffic);
        for (const TrafficDirection direction :
             {TrafficDirection::kIn, TrafficDirection::kOut, TrafficDirection::kLocal, TrafficDirection::kTransit}) {
          const std::string way = traffic_direction_name(direction);
          field(way + "_packets", entry.directions.of(direction).packets);
          field(way + "_bytes", entry.directions.of(direction).bytes);
        }
        if (!with_rates) return;
        rate("bits_per_second", bit_rate(snapshot_, entry.rates, entry.traffic.bytes));
        rate("packets_per_second", packet_rate(snapshot_, entry.rates, entry.traffic.packets));
        peak_time_of(entry.rates);
      });
    });
  }

  void write_places() {
    array("countries", regions_by_bytes(snapshot_), [&](const RegionTraffic& entry) {
      object([&] {
        field("country", entry.label);
        field("name", entry.name);
        traffic(entry.traffic);
      });
    });
    object("geoip", [&] {
      array("databases", context_.place_files, [&](const PlaceFileState& file) {
        object([&] {
          field("file", file.path);
          flag("in_use", file.in_use);
          text_or_null("type", file.database_type);
          text_or_null("description", file.description);
          text_or_null("built_at", file.built_at.known() ? utc_text(file.built_at) : "");
          text_or_null("contents", file.contents);
          text_or_null("error", file.error);
        });
      });
    });
  }
  void text_or_null(std::string_view name, const std::string& value) {
    if (value.empty())
      null(name);
    else
      field(name, value);
  }

  void write_top_list(std::string_view name, const std::vector<TopEntry>& entries) {
    array(name, entries, [&](const TopEntry& entry) {
      object([&] {
        field("name", entry.name);
        traffic(entry.traffic);
        field("bytes_missed_max", entry.bytes_missed_max);
      });
    });
  }
  void write_top() {
    object("top", [&] {
      write_top_list("hosts", report_.top_hosts);
      write_top_list("pairs", report_.top_pairs);
      write_top_list("server_names", report_.top_server_names);
      write_top_list("networks", report_.top_networks);
      field("untracked_records", snapshot_.untracked_top_entries);
    });
  }

  void write_encryption() {
    object("encryption", [&] {
      field("encrypted_bytes", total_.encrypted_bytes);
      field("cleartext_bytes", total_.cleartext_bytes);
      const std::uint64_t known = total_.encrypted_bytes + total_.cleartext_bytes;
      if (known == 0)
        null("encrypted_ratio");
      else
        field("encrypted_ratio", static_cast<double>(total_.encrypted_bytes) / static_cast<double>(known));
    });
  }

  /// {"dns": {"responses": [{"rcode": "noerror", "count": 12}], ..., "latency_seconds": {...}}, "tls": {...}}
  void write_analyzers() {
    const RunNames& names = *snapshot_.names;
    const auto families = analyzer_families(names);
    object("analyzers", [&] {
      for (std::size_t i = 0; i < families.size(); ++i) {
        if (i != 0 && families[i].analyzer == families[i - 1].analyzer) continue;
        object(families[i].analyzer, [&] {
          for (const AnalyzerFamily& family : families)
            if (family.analyzer == families[i].analyzer) write_family(family);
          for (const HistogramFamily& family : histogram_families(snapshot_))
            if (family.analyzer == families[i].analyzer) write_histograms(family);
        });
      }
    });
  }
  void write_family(const AnalyzerFamily& family) {
    const auto& descriptions = snapshot_.names->counters;
    if (descriptions[family.counters.front()].label1.empty())
      return field(family.name, total_.plugin_counters[family.counters.front()]);
    array(family.name, family.counters, [&](std::size_t i) {
      if (total_.plugin_counters[i] == 0) return;
      const MetricDescription& description = descriptions[i];
      object([&] {
        field(description.label1, description.value1);
        if (!description.label2.empty()) field(description.label2, description.value2);
        field("count", total_.plugin_counters[i]);
      });
    });
  }
  /// All of a family together, and those that have labels one by one.
  void write_histograms(const HistogramFamily& family) {
    const auto& descriptions = snapshot_.names->histograms;
    object(family.name, [&] {
      write_histogram(family.sum);
      const std::string_view label = descriptions[family.histograms.front()].label1;
      if (label.empty()) return;
      array("by_" + std::string(label), family.histograms, [&](std::size_t i) {
        if (total_.plugin_histograms[i].count == 0) return;
        object([&] {
          field(label, descriptions[i].value1);
          if (!descriptions[i].label2.empty()) field(descriptions[i].label2, descriptions[i].value2);
          write_histogram(total_.plugin_histograms[i]);
        });
      });
    });
  }
  void write_histogram(const LatencyHistogram& h) {
    field("count", h.count);
    field("mean", h.count == 0 ? 0.0 : static_cast<double>(h.sum_nanoseconds) * 1e-9 / static_cast<double>(h.count));
    field("p50", latency_quantile_seconds(h, 0.5));
    field("p95", latency_quantile_seconds(h, 0.95));
    field("p99", latency_quantile_seconds(h, 0.99));
  }

  void write_losses() {
    array("losses", losses(snapshot_), [&](const Loss& loss) {
      object([&] {
        field("what", loss.what);
        field("stage", loss.stage);
        field("reason", loss.reason);
        field("count", loss.count);
      });
    });
  }

  void write_exporters() {
    const auto& names = snapshot_.names->exporters;
    std::size_t i = 0;
    array("exporters", snapshot_.exporters, [&](const ExporterCounters& counters) {
      object([&] {
        if (i < names.size()) field("name", names[i++]);
        field("records", counters.records);
        field("dropped_records", counters.dropped_records);
      });
    });
    texts("exporter_errors", context_.exporter_errors);
  }

  const RunReport& report_;
  const ReportContext& context_;
  const MetricsSnapshot& snapshot_;
  const WorkerMetrics& total_;
};

}  // namespace

std::string json_report(const RunReport& report, const ReportContext& context) {
  return Report(report, context).write();
}

}  // namespace netpulse
