#include "tools/netpulse/report_view.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <map>

namespace netpulse {
namespace {

void sort_by_bytes(std::vector<NamedTraffic>& list) {
  std::stable_sort(list.begin(), list.end(),
                   [](const NamedTraffic& a, const NamedTraffic& b) { return a.traffic.bytes > b.traffic.bytes; });
}

bool any(const TrafficCounters& traffic) { return traffic.packets != 0 || traffic.flows != 0; }

}  // namespace

std::vector<NamedTraffic> applications_by_bytes(const MetricsSnapshot& snapshot) {
  std::vector<NamedTraffic> list;
  const RunNames& names = *snapshot.names;
  for (std::size_t i = 0; i < std::min(names.applications.size(), kApplicationsMax); ++i)
    if (const TrafficCounters traffic = snapshot.total.application_traffic(i); any(traffic))
      list.push_back({names.applications[i], names.categories[i], traffic, snapshot.total.applications[i],
                      snapshot.throughput.of(RateKey::kApplications + i)});
  sort_by_bytes(list);
  return list;
}

std::vector<NamedTraffic> categories_by_bytes(const MetricsSnapshot& snapshot) {
  std::map<std::string, NamedTraffic> sums;
  for (const NamedTraffic& application : applications_by_bytes(snapshot)) {
    NamedTraffic& sum = sums[application.category];
    sum.name = application.category;
    sum.traffic += application.traffic;
    for (std::size_t way = 0; way < kFlowDirectionCount; ++way)
      sum.directions.ways[way] += application.directions.ways[way];
  }
  std::vector<NamedTraffic> list;
  for (const auto& [category, sum] : sums) list.push_back(sum);
  sort_by_bytes(list);
  return list;
}

std::vector<NamedTraffic> protocols_by_bytes(const MetricsSnapshot& snapshot) {
  std::vector<NamedTraffic> list;
  const auto& names = snapshot.names->protocols;
  for (std::size_t i = 0; i < std::min(names.size(), kProtocolsMax); ++i)
    if (const TrafficCounters traffic = snapshot.total.protocol_traffic(i); any(traffic))
      list.push_back(
          {names[i], {}, traffic, snapshot.total.protocols[i], snapshot.throughput.of(RateKey::kProtocols + i)});
  sort_by_bytes(list);
  return list;
}

std::vector<RegionTraffic> regions_by_bytes(const MetricsSnapshot& snapshot) {
  std::vector<RegionTraffic> list;
  const RunNames& names = *snapshot.names;
  for (std::size_t i = 0; i < std::min({snapshot.regions.size(), names.regions.size(), names.region_names.size()}); ++i)
    if (any(snapshot.regions[i])) list.push_back({names.regions[i], names.region_names[i], snapshot.regions[i]});
  std::stable_sort(list.begin(), list.end(),
                   [](const RegionTraffic& a, const RegionTraffic& b) { return a.traffic.bytes > b.traffic.bytes; });
  return list;
}

namespace {

Rate rate_of(const MetricsSnapshot& snapshot, double current, double amount, double peak) {
  Rate rate;
  rate.peak = peak;
  if (snapshot.throughput.has_current) rate.current = current;
  if (const double seconds = capture_duration(snapshot).seconds(); seconds > 0) rate.average = amount / seconds;
  return rate;
}

}  // namespace

Rate packet_rate(const MetricsSnapshot& snapshot, const RateFigures& figures, std::uint64_t amount_packets) {
  return rate_of(snapshot, static_cast<double>(figures.current.packets), static_cast<double>(amount_packets),
                 static_cast<double>(figures.peak_packets));
}

Rate bit_rate(const MetricsSnapshot& snapshot, const RateFigures& figures, std::uint64_t amount_bytes) {
  return rate_of(snapshot, 8 * static_cast<double>(figures.current.bytes), 8 * static_cast<double>(amount_bytes),
                 8 * static_cast<double>(figures.peak_bytes));
}

std::optional<Timestamp> peak_time(const RateFigures& figures) {
  if (figures.peak_bytes == 0) return {};
  return Timestamp{} + Duration::from_seconds(figures.peak_second);
}

std::vector<DirectionRates> direction_rates(const MetricsSnapshot& snapshot) {
  const WorkerMetrics& total = snapshot.total;
  std::vector<DirectionRates> rates{
      {"total", {total.received_packets, total.wire_bytes}, snapshot.throughput.of(RateKey::kTotal)}};
  for (const TrafficDirection direction : {TrafficDirection::kIn, TrafficDirection::kOut, TrafficDirection::kLocal,
                                           TrafficDirection::kTransit, TrafficDirection::kNone})
    rates.push_back({traffic_direction_name(direction), total.traffic(direction),
                     snapshot.throughput.of(RateKey::kDirections + static_cast<std::size_t>(direction))});
  return rates;
}

SourceStats sum_of_sources(const MetricsSnapshot& snapshot) {
  SourceStats sum;
  for (const SourceCounters& source : snapshot.sources) sum += source.stats;
  return sum;
}

std::vector<SourceCounters> sums_by_interface(const MetricsSnapshot& snapshot) {
  std::vector<SourceCounters> sums(snapshot.names->interfaces.size());
  for (std::size_t i = 0; i < sums.size(); ++i) sums[i].interface = i;
  for (const SourceCounters& source : snapshot.sources)
    if (source.interface < sums.size()) sums[source.interface].stats += source.stats;
  return sums;
}

std::vector<Loss> losses(const MetricsSnapshot& snapshot) {
  std::vector<Loss> list;
  const SourceStats sources = sum_of_sources(snapshot);
  const auto& lost = snapshot.total.losses;
  const auto add = [&](std::string_view what, std::string_view stage, LossReason reason) {
    list.push_back({what, stage, loss_reason_name(reason), lost[static_cast<std::size_t>(reason)]});
  };
  for (std::size_t i = 0; i < kSourceDropCount; ++i) {
    const auto drop = static_cast<SourceDrop>(i);
    list.push_back({"packets", source_drop_stage(drop), source_drop_reason(drop), sources.dropped_by(drop)});
  }
  add("packets", "queue", LossReason::kQueueFull);
  add("packets", "flow_table", LossReason::kFlowTableFull);
  add("packets", "overload", LossReason::kOverloadUntracked);
  for (std::size_t i = 1; i < snapshot.total.decode_status.size(); ++i)
    list.push_back(
        {"packets", "decode", decode_status_name(static_cast<DecodeStatus>(i)), snapshot.total.decode_status[i]});
  add("flow_records", "collector", LossReason::kExportRingFull);
  add("flow_records", "collector", LossReason::kExportRingYielded);
  std::uint64_t unwritten = 0;
  for (const ExporterCounters& exporter : snapshot.exporters) unwritten += exporter.dropped_records;
  list.push_back({"flow_records", "exporter", "write_failed", unwritten});
  add("flows", "names", LossReason::kDetailPoolFull);
  add("texts", "flows", LossReason::kAttributePoolFull);
  add("flows", "analysis", LossReason::kStreamPoolFull);
  add("flows", "overload", LossReason::kOverloadUnanalyzed);
  add("names", "report", LossReason::kNameSetFull);
  list.push_back({"top_entries", "report", "top_list_full", snapshot.untracked_top_entries});
  add("learned_names", "workers", LossReason::kNameExchangeFull);
  add("answers", "queue", LossReason::kShadowQueueFull);
  add("segments", "analysis", LossReason::kStreamWindowFull);
  add("expected_flows", "analysis", LossReason::kExpectationsFull);
  add("rows", "report", LossReason::kReportRowsFull);
  add("tcp_holes", "goodput", LossReason::kTcpHolesFull);
  add("amounts", "throughput", LossReason::kThroughputFull);
  return list;
}

std::uint64_t lost_packets(const MetricsSnapshot& snapshot) {
  std::uint64_t lost = 0;
  for (const Loss& loss : losses(snapshot))
    if (loss.what == "packets" && loss.stage != "decode" && loss.stage != "flow_table" && loss.stage != "overload")
      lost += loss.count;
  return lost;
}

std::pair<std::string, std::string> analyzer_and_name(std::string_view family) {
  constexpr std::string_view kPrefix = "netpulse_", kTotal = "_total";
  if (family.starts_with(kPrefix)) family.remove_prefix(kPrefix.size());
  if (family.ends_with(kTotal)) family.remove_suffix(kTotal.size());
  const std::size_t split = family.find('_');
  if (split == std::string_view::npos) return {std::string(family), "count"};
  return {std::string(family.substr(0, split)), std::string(family.substr(split + 1))};
}

std::vector<AnalyzerFamily> analyzer_families(const RunNames& names) {
  std::vector<AnalyzerFamily> families;
  for (std::size_t i = 0; i < std::min(names.counters.size(), kPluginCountersMax); ++i) {
    auto [analyzer, name] = analyzer_and_name(names.counters[i].family);
    const auto same = [&, &a = analyzer, &n = name](const AnalyzerFamily& f) { return f.analyzer == a && f.name == n; };
    auto at = std::find_if(families.begin(), families.end(), same);
    if (at == families.end()) at = families.insert(at, {std::move(analyzer), std::move(name), {}});
    at->counters.push_back(i);
  }
  // Families of one analyzer together, in the order in which the analyzers came.
  std::map<std::string, std::size_t> order;
  for (const AnalyzerFamily& family : families) order.try_emplace(family.analyzer, order.size());
  std::stable_sort(families.begin(), families.end(), [&](const AnalyzerFamily& a, const AnalyzerFamily& b) {
    return order[a.analyzer] < order[b.analyzer];
  });
  return families;
}

std::vector<HistogramFamily> histogram_families(const MetricsSnapshot& snapshot) {
  const auto& descriptions = snapshot.names->histograms;
  std::vector<HistogramFamily> families;
  for (std::size_t i = 0; i < std::min(descriptions.size(), kPluginHistogramsMax); ++i) {
    if (!descriptions[i].bounds.empty()) continue;  // no durations: the report lists what they sum up
    auto [analyzer, name] = analyzer_and_name(descriptions[i].family);
    const auto same = [&, &a = analyzer, &n = name](const HistogramFamily& f) {
      return f.analyzer == a && f.name == n;
    };
    auto at = std::find_if(families.begin(), families.end(), same);
    if (at == families.end()) at = families.insert(at, {std::move(analyzer), std::move(name), {}, {}});
    at->histograms.push_back(i);
    at->sum.add(snapshot.total.plugin_histograms[i]);
  }
  return families;
}

double latency_quantile_seconds(const LatencyHistogram& histogram, double share) {
  std::uint64_t total = 0;
  for (const std::uint64_t bucket : histogram.buckets) total += bucket;
  if (total == 0) return 0;
  const double wanted = share * static_cast<double>(total);
  double below = 0, lower = 0;
  for (std::size_t i = 0; i < kHistogramBuckets; ++i) {
    const auto in_bucket = static_cast<double>(histogram.buckets[i]);
    const double upper = LatencyHistogram::upper_bound_seconds(i);
    if (in_bucket > 0 && below + in_bucket >= wanted)
      return std::isinf(upper) ? lower : lower + (upper - lower) * (wanted - below) / in_bucket;
    below += in_bucket;
    lower = upper;
  }
  return lower;
}

std::string table_text(const ReportColumn& column, std::int64_t value) {
  if (value == kNoValue) return "-";
  std::array<char, 32> text{};
  switch (column.kind) {
    case ValueKind::kNumber:
      return std::to_string(value);
    case ValueKind::kHexadecimal:
      std::snprintf(text.data(), text.size(), "0x%08x", static_cast<unsigned>(value));
      break;
    case ValueKind::kMilliseconds:
      std::snprintf(text.data(), text.size(), "%.2f", static_cast<double>(value) / 1e6);
      break;
    case ValueKind::kThousandths:
      std::snprintf(text.data(), text.size(), "%.2f", static_cast<double>(value) / 1e3);
      break;
    case ValueKind::kLabel:
      return value >= 0 && static_cast<std::size_t>(value) < column.labels.size()
                 ? std::string(column.labels[static_cast<std::size_t>(value)])
                 : "-";
  }
  return text.data();
}

Duration capture_duration(const MetricsSnapshot& snapshot) {
  const WorkerMetrics& total = snapshot.total;
  if (total.received_packets == 0) return {};
  return total.last_packet_time - total.first_packet_time;
}

}  // namespace netpulse
