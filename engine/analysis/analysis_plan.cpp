#include "engine/analysis/analysis_plan.h"

#include <algorithm>
#include <utility>

#include "engine/analysis/catalogue_rules.h"
#include "engine/metrics/worker_metrics.h"

namespace netpulse {
namespace {

constexpr std::uint8_t kTcp = 6, kUdp = 17;

}  // namespace

Result<AnalysisPlan> AnalysisPlan::build(std::span<const AnalyzerEntry> analyzers, const Catalogue& catalogue) {
  if (analyzers.size() > kAnalyzersMax || analyzers.size() >= kProtocolsMax) return Error{"too many analyzers"};
  AnalysisPlan plan;
  plan.analyzers_ = analyzers;
  plan.catalogue_ = &catalogue;
  plan.places_.resize(1);
  plan.tcp_ports_ = std::make_unique<Ports>();
  plan.udp_ports_ = std::make_unique<Ports>();
  for (const PortRule& rule : catalogue.rules().ports) {
    if (rule.application == 0 || (rule.protocol != kTcp && rule.protocol != kUdp)) continue;
    Ports& ports = rule.protocol == kTcp ? *plan.tcp_ports_ : *plan.udp_ports_;
    for (std::uint32_t port = rule.first; port <= rule.last; ++port) {
      ports.with_application.add(port);
      ports.applications[port] = catalogue.by_port(rule.protocol, static_cast<std::uint16_t>(port));
    }
  }
  for (std::size_t i = 0; i < analyzers.size(); ++i) {
    const AnalyzerEntry& entry = analyzers[i];
    for (const Pattern& pattern : entry.patterns)
      if (Result<void> added = plan.signatures_.add(pattern.expression, i); !added)
        return Error{"analyzer " + std::string(entry.name) + ": " + added.error().message};
    for (const PortRange& range : entry.ports) {
      Ports& ports = range.protocol == kTcp ? *plan.tcp_ports_ : *plan.udp_ports_;
      for (std::uint32_t port = range.first; port <= range.last; ++port) {
        ports.with_candidates.add(port);
        ports.candidates[port].add(i);
      }
    }
    for (const TeachingPorts& teaching : entry.teaching_ports) {
      Ports& ports = teaching.ports.protocol == kTcp ? *plan.tcp_ports_ : *plan.udp_ports_;
      for (std::uint32_t port = teaching.ports.first; port <= teaching.ports.last; ++port)
        (teaching.sent_from_only ? ports.teaching_senders : ports.teaching).add(port);
    }
    if (Result<void> placed = plan.place(entry); !placed) return placed.error();
  }
  return plan;
}

Result<void> AnalysisPlan::place(const AnalyzerEntry& entry) {
  Places places;
  places.counter_base = counters_.size();
  counters_.insert(counters_.end(), entry.counters.begin(), entry.counters.end());
  places.histogram_base = histograms_.size();
  histograms_.insert(histograms_.end(), entry.histograms.begin(), entry.histograms.end());
  if (counters_.size() > kPluginCountersMax || histograms_.size() > kPluginHistogramsMax)
    return Error{"analyzer " + std::string(entry.name) + ": no room for its counters"};
  places.table_base = tables_.size();
  for (const ReportTableDescription& table : entry.tables) {
    if (table.columns.size() > kReportColumnsMax)
      return Error{"analyzer " + std::string(entry.name) + ": too many columns in a table"};
    tables_.push_back(table);
  }
  for (const std::string_view name : entry.expects) {
    const auto same = [&](const AnalyzerEntry& other) { return other.name == name; };
    const auto found = std::find_if(analyzers_.begin(), analyzers_.end(), same);
    places.expects.push_back(found == analyzers_.end() ? ProtocolId{0}
                                                       : static_cast<ProtocolId>(found - analyzers_.begin() + 1));
  }
  // Analyzers may share a list: TLS and QUIC both find ALPN values.
  for (const std::string_view list : entry.name_lists) {
    const auto known = std::find(name_lists_.begin(), name_lists_.end(), list);
    places.name_lists.push_back(static_cast<std::size_t>(known - name_lists_.begin()));
    if (known == name_lists_.end()) name_lists_.emplace_back(list);
  }
  places.application = catalogue_->by_protocol(entry.name);
  places.applications_by_port = catalogue_->ports_of_protocol(entry.name);
  places.encrypted = entry.encrypted;
  places_.push_back(std::move(places));
  return {};
}

ApplicationId AnalysisPlan::application_of(ProtocolId protocol, std::uint16_t responder_port,
                                           std::uint16_t initiator_port) const noexcept {
  const Places& places = places_[protocol];
  if (places.applications_by_port.empty()) return places.application;
  for (const std::uint16_t port : {responder_port, initiator_port}) {
    const auto rule = std::lower_bound(places.applications_by_port.begin(), places.applications_by_port.end(), port,
                                       [](const auto& a, std::uint16_t wanted) { return a.first < wanted; });
    if (rule != places.applications_by_port.end() && rule->first == port) return rule->second;
  }
  return places.application;
}

const AnalysisPlan::Ports* AnalysisPlan::ports_of(std::uint8_t protocol) const noexcept {
  return protocol == kTcp ? tcp_ports_.get() : protocol == kUdp ? udp_ports_.get() : nullptr;
}

AnalyzerMask AnalysisPlan::candidates_by_port(std::uint8_t protocol, std::uint16_t port_a,
                                              std::uint16_t port_b) const noexcept {
  const Ports* ports = ports_of(protocol);
  return ports == nullptr ? AnalyzerMask{} : ports->candidates_of(port_a) | ports->candidates_of(port_b);
}

ApplicationId AnalysisPlan::application_of_port(std::uint8_t protocol, std::uint16_t port) const noexcept {
  const Ports* ports = ports_of(protocol);
  // Other transports (SCTP) are rare enough to ask the catalogue itself.
  if (ports == nullptr) return catalogue_->by_port(protocol, port);
  return ports->with_application.has(port) ? ports->applications[port] : ApplicationId{0};
}

}  // namespace netpulse
