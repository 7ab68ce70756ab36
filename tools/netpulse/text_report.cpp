#include "tools/netpulse/text_report.h"

#include <algorithm>
#include <utility>

#include "engine/base/human.h"
#include "engine/base/text.h"
#include "engine/base/time_text.h"
#include "engine/metrics/packet_accounting.h"
#include "engine/packet/layer_names.h"
#include "tools/netpulse/table.h"

namespace netpulse {
namespace {

constexpr std::size_t kTopRows = 15;
constexpr std::size_t kBarColumns = 16;
/// Narrower terminals get neither bars nor categories.
constexpr std::size_t kRoomyColumns = 80;
/// Only wider ones have room for what one could do without.
constexpr std::size_t kWideColumns = 100;
constexpr std::size_t kValuesPerFamily = 6;

double real(std::uint64_t value) { return static_cast<double>(value); }

std::string spaced(std::string text) {
  std::replace(text.begin(), text.end(), '_', ' ');
  return text;
}

class Report {
 public:
  Report(const RunReport& report, const ReportContext& context, const TextStyle& style)
      : report_(report), context_(context), style_(style), snapshot_(report.metrics), total_(report.metrics.total) {}

  std::string write() {
    write_title();
    if (total_.received_packets != 0) {
      write_layers();
      write_throughput();
      write_traffic("Applications", applications_by_bytes(snapshot_), true);
      write_traffic("Categories", categories_by_bytes(snapshot_), false);
      write_traffic("Protocols", protocols_by_bytes(snapshot_), false);
      write_top("Hosts", report_.top_hosts);
      write_top("Pairs of hosts", report_.top_pairs);
      write_top("Server names", report_.top_server_names);
      write_countries();
      write_top("Networks", report_.top_networks);
      write_tcp();
      for (const ReportTable& table : report_.tables) write_table(table);
      write_findings();
    }
    write_selection();
    write_flows_and_losses();
    return std::move(text_);
  }

 private:
  void heading(std::string_view name) { text_ += "\n" + inked(name, Ink::kBold, style_) + "\n"; }
  void paragraph(std::string_view text, Ink ink = Ink::kPlain) {
    for (const std::string& line : wrapped(text, style_.width - 2)) text_ += "  " + inked(line, ink, style_) + "\n";
  }

  void write_title() {
    std::string inputs;
    for (const std::string& input : context_.inputs)
      inputs += (inputs.empty() ? "" : ", ") + (input == "-" ? "standard input" : printable(input));
    for (const std::string& line : wrapped(inputs, style_.width)) text_ += inked(line, Ink::kBold, style_) + "\n";
    paragraph("by netpulse " + context_.version, Ink::kDim);
    if (total_.received_packets == 0) return paragraph(context_.live ? "no packet came" : "no packets");
    const Duration duration = capture_duration(snapshot_);
    // To the second; the JSON report has the nanoseconds.
    std::string begin = utc_text(total_.first_packet_time).substr(0, 19);
    begin[10] = ' ';
    paragraph(begin + " UTC, " + human_duration(duration));
    std::string amount = grouped(total_.received_packets) + " packets, " + human_bytes(real(total_.wire_bytes));
    if (total_.captured_bytes < total_.wire_bytes)
      amount += " (" + human_bytes(real(total_.captured_bytes)) + " captured)";
    if (duration.seconds() > 0)
      amount += ", " + human_bit_rate(8 * real(total_.wire_bytes) / duration.seconds()) + ", " +
                human_count(real(total_.received_packets) / duration.seconds()) + " packets/s";
    paragraph(amount);
  }

  void write_layers() {
    std::string layers;
    const auto add = [&](const char* name, std::uint64_t packets) {
      if (packets != 0)
        layers += (layers.empty() ? "" : ", ") + std::string(name) + " " +
                  human_share(real(packets), real(total_.received_packets));
    };
    for (std::size_t i = 1; i < total_.network_packets.size(); ++i)
      add(network_layer_name(static_cast<NetworkLayer>(i)), total_.network_packets[i]);
    for (std::size_t i = 1; i < total_.transport_packets.size(); ++i)
      add(transport_layer_name(static_cast<TransportLayer>(i)), total_.transport_packets[i]);
    add("other", total_.network_packets[0]);
    if (!layers.empty()) paragraph(layers + " of the packets");
    std::string bytes;
    for (const NetworkLayer layer : {NetworkLayer::kIpv4, NetworkLayer::kIpv6})
      if (const std::uint64_t amount = total_.network_bytes[static_cast<std::size_t>(layer)]; amount != 0)
        bytes += (bytes.empty() ? "" : ", ") + std::string(network_layer_name(layer)) + " " +
                 human_share(real(amount), real(total_.wire_bytes));
    if (const std::uint64_t known = total_.encrypted_bytes + total_.cleartext_bytes; known != 0)
      bytes += (bytes.empty() ? "" : ", ") +
               ("encrypted " + human_share(real(total_.encrypted_bytes), real(total_.wire_bytes))) + ", in clear " +
               human_share(real(total_.cleartext_bytes), real(total_.wire_bytes));
    if (!bytes.empty()) paragraph(bytes + " of the bytes");
  }

  /// How much goes which way, and how fast: on average, in the busiest second, in the last whole one.
  void write_throughput() {
    const auto shown = [](std::optional<double> bits) { return bits.has_value() ? human_bit_rate(*bits) : "-"; };
    const auto time_of = [](const RateFigures& figures) {
      const auto time = peak_time(figures);
      return time.has_value() ? utc_text(*time).substr(11, 8) : "-";
    };
    std::vector<Table::Column> columns{{"Throughput"}};
    for (const char* name : {"bytes", "average", "peak second"}) columns.push_back({name, true});
    const bool roomy = style_.width >= kRoomyColumns, wide = style_.width >= kWideColumns;
    if (roomy)
      for (const char* name : {"at (UTC)", "last second"}) columns.push_back({name, true});
    if (wide) columns.push_back({"packets/s at peak", true});
    Table table(columns);
    const auto add_row = [&](std::string name, std::uint64_t bytes, const RateFigures& figures, bool has_packets) {
      const Rate bits = bit_rate(snapshot_, figures, bytes);
      std::vector<std::string> row{std::move(name), human_bytes(real(bytes)), shown(bits.average),
                                   human_bit_rate(bits.peak)};
      if (roomy) row.insert(row.end(), {time_of(figures), shown(bits.current)});
      if (wide) row.push_back(has_packets ? human_count(real(figures.peak_packets)) : "");
      table.add_row(std::move(row));
    };
    for (const DirectionRates& way : direction_rates(snapshot_))
      if (way.amount.packets != 0)
        add_row(way.name == "none" ? "in no flow" : std::string(way.name), way.amount.bytes, way.figures, true);
    if (const std::uint64_t unique = total_.unique_payload_bytes(); unique != 0)
      add_row("goodput", unique, snapshot_.throughput.of(RateKey::kGoodput), false);
    text_ += "\n" + table.text(style_);
  }

  void write_traffic(std::string_view title, const std::vector<NamedTraffic>& list, bool with_category) {
    if (list.empty()) return;
    std::uint64_t bytes = 0;
    for (const NamedTraffic& entry : list) bytes += entry.traffic.bytes;
    std::vector<Table::Column> columns{{std::string(title)}};
    const bool roomy = style_.width >= kRoomyColumns;
    with_category = with_category && roomy;
    if (with_category) columns.push_back({"category", false, Ink::kDim});
    for (const char* name : {"bytes", "share"}) columns.push_back({name, true});
    if (roomy) columns.push_back({"", false, Ink::kAccent});
    for (const char* name : {"packets", "flows"}) columns.push_back({name, true});
    Table table(columns);
    for (std::size_t i = 0; i < std::min(list.size(), kTopRows); ++i) {
      const NamedTraffic& entry = list[i];
      const double share = bytes == 0 ? 0 : real(entry.traffic.bytes) / real(bytes);
      std::vector<std::string> row{printable(entry.name)};
      if (with_category) row.push_back(printable(entry.category));
      row.insert(row.end(), {human_bytes(real(entry.traffic.bytes)), human_share(share, 1)});
      if (roomy) {
        std::string drawn = bar(share, kBarColumns, style_);
        row.push_back(drawn.append(kBarColumns - display_width(drawn), ' '));
      }
      row.insert(row.end(), {grouped(entry.traffic.packets), grouped(entry.traffic.flows)});
      table.add_row(std::move(row));
    }
    text_ += "\n" + table.text(style_);
    if (list.size() > kTopRows) paragraph("and " + std::to_string(list.size() - kTopRows) + " more");
  }

  void write_top(const char* title, const std::vector<TopEntry>& entries) {
    if (entries.empty()) return;
    std::vector<Table::Column> columns{{title}};
    for (const char* name : {"bytes", "share", "packets", "flows"}) columns.push_back({name, true});
    // Exact, but where more keys came than the list had room for.
    const bool inexact =
        std::any_of(entries.begin(), entries.end(), [](const TopEntry& entry) { return entry.bytes_missed_max != 0; });
    if (inexact) columns.push_back({"bytes missed at most", true});
    Table table(columns);
    for (const TopEntry& entry : entries) {
      std::vector<std::string> row{printable(entry.name), human_bytes(real(entry.traffic.bytes)),
                                   human_share(real(entry.traffic.bytes), real(total_.wire_bytes)),
                                   grouped(entry.traffic.packets), grouped(entry.traffic.flows)};
      if (inexact) row.push_back(entry.bytes_missed_max == 0 ? "" : human_bytes(real(entry.bytes_missed_max)));
      table.add_row(std::move(row));
    }
    text_ += "\n" + table.text(style_);
  }

  static std::string subject_of(const ReportTable& table, const ReportRow& row) {
    if (table.description.subject == RowSubject::kHost)
      return row.src_addr == IpAddress{} ? "other" : row.src_addr.to_string();
    const auto end_of = [](const IpAddress& address, std::uint16_t port) {
      const std::string text = address.to_string();
      return (text.find(':') == std::string::npos ? text : "[" + text + "]") + ":" + std::to_string(port);
    };
    return end_of(row.src_addr, row.src_port) + " > " + end_of(row.dst_addr, row.dst_port);
  }
  /// A table of an analyzer: who sent to whom, and the columns that have a heading.
  void write_table(const ReportTable& table) {
    if (table.rows.empty()) return;
    std::vector<Table::Column> columns{{std::string(table.description.title)}};
    for (const ReportColumn& column : table.description.columns)
      if (!column.heading.empty()) columns.push_back({std::string(column.heading), true});
    Table shown(columns);
    for (std::size_t i = 0; i < std::min(table.rows.size(), kTopRows); ++i) {
      const ReportRow& row = table.rows[i];
      std::vector<std::string> cells{subject_of(table, row)};
      for (std::size_t c = 0; c < table.description.columns.size(); ++c)
        if (!table.description.columns[c].heading.empty())
          cells.push_back(table_text(table.description.columns[c], table.shown_value(row, c)));
      shown.add_row(std::move(cells));
    }
    text_ += "\n" + shown.text(style_);
    if (table.rows.size() > kTopRows) paragraph("and " + std::to_string(table.rows.size() - kTopRows) + " more");
  }

  void write_selection() {
    if (!context_.selection) return;
    const SelectionSummary& selection = *context_.selection;
    heading("Flow records that match " + printable(selection.expression));
    paragraph(grouped(selection.records) + " of " + grouped(selection.records + selection.others) + ", " +
              grouped(selection.traffic.packets) + " packets, " + human_bytes(real(selection.traffic.bytes)));
    if (selection.largest.empty()) return;
    Table shown({{"Name"}, {"Application"}, {"From"}, {"To"}, {"Packets", true}, {"Bytes", true}});
    for (const SelectedFlow& flow : selection.largest)
      shown.add_row({flow.name.empty() ? "-" : flow.name, flow.application, flow.source, flow.destination,
                     grouped(flow.packets), human_bytes(real(flow.bytes))});
    text_ += shown.text(style_);
    if (selection.records > selection.largest.size())
      paragraph("and " + grouped(selection.records - selection.largest.size()) + " more; --flows FILE writes them all");
  }

  /// Shares of all bytes: a flow between two countries is in both.
  void write_countries() {
    if (snapshot_.places.files_in_use == 0) return;
    std::vector<TopEntry> top;
    const auto regions = regions_by_bytes(snapshot_);
    for (std::size_t i = 0; i < std::min(regions.size(), kTopRows); ++i)
      top.push_back({regions[i].name, regions[i].traffic, 0});
    write_top("Countries", top);
    if (regions.size() > kTopRows) paragraph("and " + std::to_string(regions.size() - kTopRows) + " more");
  }

  static std::string latency_line(const LatencyHistogram& h) {
    const auto shown = [](double seconds) { return human_duration({static_cast<std::int64_t>(seconds * 1e9)}); };
    return "mean " + shown(static_cast<double>(h.sum_nanoseconds) * 1e-9 / real(h.count)) + ", median " +
           shown(latency_quantile_seconds(h, 0.5)) + ", 95 % below " + shown(latency_quantile_seconds(h, 0.95)) + " (" +
           grouped(h.count) + ")";
  }

  /// How TCP goes: what was found, and the round-trip times.
  void write_tcp() {
    const auto count = [&](TcpFinding finding) { return total_.tcp_findings[static_cast<std::size_t>(finding)]; };
    Facts facts;
    const std::string of_all = " of " + grouped(total_.ended_flows(FlowProtocol::kTcp)) + " flows";
    if (total_.tcp_midstream_flows != 0)
      facts.add("midstream", grouped(total_.tcp_midstream_flows) + of_all + ": their beginning was not captured");
    if (const std::uint64_t flows = total_.flows_seen(FlowProtocol::kTcp, FlowDirections::kOneWay); flows != 0)
      facts.add("one way only", grouped(flows) + of_all + ": not answered, or not here");
    if (total_.tcp_handshake_rtt.count != 0) facts.add("handshake RTT", latency_line(total_.tcp_handshake_rtt));
    if (total_.tcp_rtt.count != 0) facts.add("data RTT", latency_line(total_.tcp_rtt));
    if (const std::uint64_t repeated = count(TcpFinding::kRetransmission); repeated != 0)
      facts.add("retransmissions",
                grouped(repeated) + " (" +
                    human_share(real(repeated),
                                real(total_.transport_packets[static_cast<std::size_t>(TransportLayer::kTcp)])) +
                    "), " + grouped(count(TcpFinding::kFastRetransmission)) + " of them fast, " +
                    grouped(count(TcpFinding::kSpuriousRetransmission)) + " spurious");
    for (const TcpFinding finding :
         {TcpFinding::kOutOfOrder, TcpFinding::kLostSegment, TcpFinding::kDuplicateAck, TcpFinding::kZeroWindow,
          TcpFinding::kWindowFull, TcpFinding::kKeepAlive, TcpFinding::kUnseenAcknowledged, TcpFinding::kDuplicateFrame,
          TcpFinding::kResetOutOfWindow, TcpFinding::kDuplicateSack, TcpFinding::kSpuriousByTimeStamp})
      if (count(finding) != 0) facts.add(spaced(tcp_finding_name(finding)), grouped(count(finding)));
    if (const std::uint64_t frames = count(TcpFinding::kSuperFrame); frames != 0)
      facts.add("super-frames", grouped(frames) + ", about " + grouped(total_.tcp_super_frame_segments) +
                                    " segments (joined by GRO or TSO)");
    if (facts.empty()) return;
    heading("TCP");
    text_ += facts.text(style_);
  }

  /// What the analyzers counted, whatever analyzers there are: a line per family.
  void write_findings() {
    const RunNames& names = *snapshot_.names;
    Facts facts;
    for (const AnalyzerFamily& family : analyzer_families(names)) {
      std::string values = family_values(family);
      if (!values.empty()) facts.add(family.analyzer + " " + spaced(family.name), std::move(values));
    }
    for (const HistogramFamily& family : histogram_families(snapshot_)) {
      if (family.sum.count == 0) continue;
      const std::size_t unit = family.name.rfind("_seconds");
      facts.add(family.analyzer + " " + spaced(family.name.substr(0, unit)), latency_line(family.sum));
    }
    if (const std::uint64_t known = total_.encrypted_bytes + total_.cleartext_bytes; known != 0)
      facts.add("encrypted", human_share(real(total_.encrypted_bytes), real(known)) + " of the " +
                                 human_bytes(real(known)) + " whose protocol is known");
    if (facts.empty()) return;
    heading("Findings");
    text_ += facts.text(style_);
  }

  std::string family_values(const AnalyzerFamily& family) {
    std::vector<std::pair<std::uint64_t, std::string>> values;
    for (const std::size_t i : family.counters) {
      const MetricDescription& description = snapshot_.names->counters[i];
      if (total_.plugin_counters[i] == 0) continue;
      std::string label(description.value1);
      if (!description.value2.empty()) label.append("/").append(description.value2);
      values.emplace_back(total_.plugin_counters[i], spaced(label));
    }
    std::stable_sort(values.begin(), values.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
    std::string line;
    for (std::size_t i = 0; i < std::min(values.size(), kValuesPerFamily); ++i) {
      if (!line.empty()) line += ", ";
      line += (values[i].second.empty() ? "" : values[i].second + " ") + grouped(values[i].first);
    }
    if (values.size() > kValuesPerFamily) line += ", ...";
    return line;
  }

  void write_flows_and_losses() {
    heading(context_.live ? "How it was captured" : "How it was read");
    Facts facts;
    std::string ended;
    std::uint64_t records = 0;
    for (std::size_t i = 1; i < kEndReasonCount; ++i) {
      records += total_.flows_ended[i];
      if (total_.flows_ended[i] != 0)
        ended += (ended.empty() ? ": " : ", ") + spaced(end_reason_name(static_cast<EndReason>(i))) + " " +
                 grouped(total_.flows_ended[i]);
    }
    facts.add("flow records", grouped(records) + ended);
    const auto& exporters = snapshot_.names->exporters;
    for (std::size_t i = 0; i < std::min(exporters.size(), snapshot_.exporters.size()); ++i)
      facts.add("to " + exporters[i], grouped(snapshot_.exporters[i].records) + " records");
    for (const PlaceFileState& file : context_.place_files)
      if (file.in_use)
        facts.add("places", printable(file.description.empty() ? file.database_type : file.description) +
                                (file.built_at.known() ? ", of " + utc_text(file.built_at).substr(0, 10) : ""));
    std::string effort = human_duration({static_cast<std::int64_t>(context_.wall_seconds * 1e9)}) + " with " +
                         std::to_string(context_.worker_count) + (context_.worker_count == 1 ? " worker" : " workers");
    if (!context_.live && context_.wall_seconds > 0 && total_.received_packets != 0)
      effort += ", " + human_count(real(total_.received_packets) / context_.wall_seconds) + " packets/s";
    facts.add(context_.live ? "ran" : "read in", effort);
    for (std::size_t i = 1; i < kOverloadLevelCount; ++i)
      if (total_.overload_entries[i] != 0)
        facts.add("overload", spaced(overload_level_name(static_cast<OverloadLevel>(i))) + " " +
                                  grouped(total_.overload_entries[i]) + " times");
    if (context_.live && total_.stalls != 0)
      facts.add("stalls", "a worker did not run for 0.1 s or more " + grouped(total_.stalls) + " times");
    const SourceStats sources = sum_of_sources(snapshot_);
    if (sources.filtered_packets != 0) facts.add("filter", "refused " + grouped(sources.filtered_packets) + " packets");
    if (sources.interface_losses != 0)
      facts.add("interface",
                "went away " + grouped(sources.interface_losses) + " times; what it carried then was not seen");
    text_ += facts.text(style_);
    write_losses();
  }

  void write_losses() {
    Facts facts;
    for (const Loss& loss : losses(snapshot_))
      if (loss.count != 0)
        facts.add(spaced(std::string(loss.stage)) + ": " + spaced(std::string(loss.reason)),
                  grouped(loss.count) + " " + spaced(std::string(loss.what)) + explanation(loss));
    // A fault of ours, if ever.
    if (const PacketAccounting packets = packet_accounting(snapshot_); packets.unaccounted_packets != 0)
      facts.add("unaccounted for", std::to_string(packets.unaccounted_packets) + " packets; please report this");
    if (facts.empty()) return paragraph("nothing lost", Ink::kGood);
    heading("Lost or cut short");
    text_ += facts.text(style_);
  }
  static std::string explanation(const Loss& loss) {
    if (loss.stage == "decode") return ", counted; the rest of the packet could not be read";
    if (loss.stage == "flow_table" || loss.reason == "count_only") return ", counted, but in no flow";
    if (loss.what == "flows") return ", counted, with less known about them";
    if (loss.what == "learned_names" || loss.what == "answers")
      return ", unknown to some worker: flows may lack a name";
    if (loss.what == "tcp_holes") return ", not waited for: what fills them late counts as repeated";
    if (loss.what == "amounts") return ", counted, but in no second of the throughput";
    if (loss.what == "segments") return ", counted; what they carried was not analyzed";
    return "";
  }

  const RunReport& report_;
  const ReportContext& context_;
  const TextStyle& style_;
  const MetricsSnapshot& snapshot_;
  const WorkerMetrics& total_;
  std::string text_;
};

}  // namespace

std::string text_report(const RunReport& report, const ReportContext& context, const TextStyle& style) {
  return Report(report, context, style).write();
}

}  // namespace netpulse
