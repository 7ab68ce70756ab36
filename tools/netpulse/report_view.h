#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/metrics/run_report.h"
#include "tools/netpulse/flow_selection.h"

namespace netpulse {

/// What a report says besides what the engine found.
struct ReportContext {
  std::string version;
  std::vector<std::string> inputs;  ///< files or interfaces
  bool live = false;
  double wall_seconds = 0;
  std::size_t worker_count = 1;
  std::vector<std::string> exporter_errors;
  std::vector<PlaceFileState> place_files;
  std::optional<SelectionSummary> selection;  ///< of --filter
  bool interrupted = false;
};

// The report's numbers in the order in which people and programs want them; shared by the text and the JSON report.

struct NamedTraffic {
  std::string name;
  std::string category;  ///< of an application, else empty
  TrafficCounters traffic;
  DirectedTraffic directions;  ///< the same, by the way it goes
  RateFigures rates;           ///< not of categories
};
/// Those with any packet, most bytes first.
std::vector<NamedTraffic> applications_by_bytes(const MetricsSnapshot& snapshot);
std::vector<NamedTraffic> categories_by_bytes(const MetricsSnapshot& snapshot);
std::vector<NamedTraffic> protocols_by_bytes(const MetricsSnapshot& snapshot);

/// A region of the world, or one of the regions for addresses in none.
struct RegionTraffic {
  std::string label;  ///< "SE", "private"
  std::string name;   ///< "Sweden", "private"
  TrafficCounters traffic;
};
/// Those with any packet, most bytes first.
std::vector<RegionTraffic> regions_by_bytes(const MetricsSnapshot& snapshot);

/// Packets or bits of a key in one second: now, on average, at most. Absent where there is none: no whole second has
/// passed, packet time has not moved.
struct Rate {
  std::optional<double> current, average;
  double peak = 0;
};
/// amount: of the whole run.
Rate packet_rate(const MetricsSnapshot& snapshot, const RateFigures& figures, std::uint64_t amount_packets);
Rate bit_rate(const MetricsSnapshot& snapshot, const RateFigures& figures, std::uint64_t amount_bytes);
/// The begin of the window with the most bytes.
std::optional<Timestamp> peak_time(const RateFigures& figures);
/// All of the traffic, or the part that goes one way.
struct DirectionRates {
  std::string_view name;  ///< "total", "in", ...
  TrafficAmount amount;
  RateFigures figures;
};
/// total, in, out, local, transit, none.
std::vector<DirectionRates> direction_rates(const MetricsSnapshot& snapshot);

/// Something that was not, or not wholly, processed.
struct Loss {
  std::string_view what;    ///< "packets", "flow_records", "flows", "names", ...
  std::string_view stage;   ///< "kernel", "decode", ...
  std::string_view reason;  ///< closed set
  std::uint64_t count = 0;
};
/// What came before the workers, over all sources.
SourceStats sum_of_sources(const MetricsSnapshot& snapshot);
/// The same by interface of a live capture, in the order of RunNames::interfaces.
std::vector<SourceCounters> sums_by_interface(const MetricsSnapshot& snapshot);
/// All that can be lost, zeros included.
std::vector<Loss> losses(const MetricsSnapshot& snapshot);
/// Packets that were received by the interface and never analyzed.
std::uint64_t lost_packets(const MetricsSnapshot& snapshot);

/// One family of an analyzer's counters: netpulse_dns_responses_total is "responses" of analyzer "dns".
struct AnalyzerFamily {
  std::string analyzer, name;
  std::vector<std::size_t> counters;  ///< indices into RunNames::counters
};
std::vector<AnalyzerFamily> analyzer_families(const RunNames& names);
/// The same split for a histogram's family: "netpulse_dns_latency_seconds" gives dns and latency_seconds.
std::pair<std::string, std::string> analyzer_and_name(std::string_view family);

/// One family of an analyzer's histograms, split by labels or not.
struct HistogramFamily {
  std::string analyzer, name;
  std::vector<std::size_t> histograms;  ///< indices into RunNames::histograms
  LatencyHistogram sum;
};
std::vector<HistogramFamily> histogram_families(const MetricsSnapshot& snapshot);

/// The latency below which a share of the observations lies, interpolated within its bucket; 0 without observations.
double latency_quantile_seconds(const LatencyHistogram& histogram, double share);

/// A value of a report table as people read it; "-" where it is unknown.
std::string table_text(const ReportColumn& column, std::int64_t value);

/// The time span of the packets, zero if there were none.
Duration capture_duration(const MetricsSnapshot& snapshot);

}  // namespace netpulse
