#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/analysis/analyzer.h"
#include "engine/analysis/analyzer_mask.h"
#include "engine/analysis/catalogue.h"
#include "engine/analysis/signature_set.h"
#include "engine/base/page_memory.h"
#include "engine/base/result.h"
#include "engine/packet/packet_view.h"

namespace netpulse {

/// What all workers share about the registered analyzers: who is a candidate for which port and which first bytes, and
/// where each one's counters and name lists lie. Immutable once built.
class AnalysisPlan {
 public:
  /// Error: too many analyzers or counters, or a signature that is wrong (says whose).
  static Result<AnalysisPlan> build(std::span<const AnalyzerEntry> analyzers, const Catalogue& catalogue);

  std::span<const AnalyzerEntry> analyzers() const noexcept { return analyzers_; }
  const AnalyzerEntry& analyzer(ProtocolId protocol) const noexcept { return analyzers_[protocol - 1U]; }
  const Catalogue& catalogue() const noexcept { return *catalogue_; }

  /// Analyzers that have one of the two ports, for TCP (6) and UDP (17).
  AnalyzerMask candidates_by_port(std::uint8_t protocol, std::uint16_t port_a, std::uint16_t port_b) const noexcept;
  /// The catalogue's application of a port, or 0.
  ApplicationId application_of_port(std::uint8_t protocol, std::uint16_t port) const noexcept;
  /// Analyzers whose signature a payload begins with.
  AnalyzerMask candidates_by_payload(Bytes payload) const noexcept { return signatures_.match(payload); }

  std::size_t counter_base(ProtocolId protocol) const noexcept { return places_[protocol].counter_base; }
  std::size_t histogram_base(ProtocolId protocol) const noexcept { return places_[protocol].histogram_base; }
  std::size_t name_list(ProtocolId protocol, std::size_t list_index) const noexcept {
    return places_[protocol].name_lists[list_index];
  }
  /// The application that a protocol without a name stands for, on one of these ports or at all; or 0.
  ApplicationId application_of(ProtocolId protocol, std::uint16_t responder_port,
                               std::uint16_t initiator_port) const noexcept;
  /// Whether the packet may say something of other flows: every worker has to see it.
  bool teaches(const PacketView& packet) const noexcept {
    const Ports* ports = packet.transport == TransportLayer::kUdp   ? udp_ports_.get()
                         : packet.transport == TransportLayer::kTcp ? tcp_ports_.get()
                                                                    : nullptr;
    if (ports == nullptr || !packet.has_flow()) return false;
    return ports->teaching.has(packet.src_port()) || ports->teaching.has(packet.dst_port()) ||
           ports->teaching_senders.has(packet.src_port());
  }
  /// The protocol that an analyzer calls kExpects[index]; 0 if it is not registered.
  ProtocolId expected(ProtocolId protocol, std::size_t index) const noexcept {
    return places_[protocol].expects[index];
  }
  /// Index into tables().
  std::size_t table(ProtocolId protocol, std::size_t table_index) const noexcept {
    return places_[protocol].table_base + table_index;
  }
  bool encrypted(ProtocolId protocol) const noexcept { return places_[protocol].encrypted; }

  const std::vector<std::string>& name_lists() const noexcept { return name_lists_; }
  const std::vector<ReportTableDescription>& tables() const noexcept { return tables_; }
  const std::vector<MetricDescription>& counters() const noexcept { return counters_; }
  const std::vector<MetricDescription>& histograms() const noexcept { return histograms_; }

 private:
  struct Places {
    std::size_t counter_base = 0, histogram_base = 0, table_base = 0;
    std::vector<ProtocolId> expects;
    std::vector<std::size_t> name_lists;
    ApplicationId application = 0;
    std::vector<std::pair<std::uint16_t, ApplicationId>> applications_by_port;  // sorted
    bool encrypted = false;
  };
  /// A set of ports, bit by bit: most ports are in none, and this much stays in the cache.
  struct PortSet {
    std::array<std::uint64_t, 65536 / 64> words{};
    void add(std::uint32_t port) noexcept { words[port / 64] |= std::uint64_t{1} << port % 64; }
    bool has(std::uint16_t port) const noexcept { return (words[port / 64] >> port % 64 & 1) != 0; }
  };
  /// What a transport's ports tell.
  struct Ports {
    PortSet with_candidates, with_application, teaching, teaching_senders;
    PageArray<AnalyzerMask> candidates{65536, PageMemory::Pages::kNormal};  // hardly any page is ever touched
    PageArray<ApplicationId> applications{65536, PageMemory::Pages::kNormal};
    AnalyzerMask candidates_of(std::uint16_t port) const noexcept {
      return with_candidates.has(port) ? candidates[port] : AnalyzerMask{};
    }
  };

  const Ports* ports_of(std::uint8_t protocol) const noexcept;
  AnalysisPlan() = default;
  Result<void> place(const AnalyzerEntry& entry);

  std::span<const AnalyzerEntry> analyzers_;
  const Catalogue* catalogue_ = nullptr;
  std::vector<Places> places_;  // by ProtocolId; [0] unused
  std::unique_ptr<Ports> tcp_ports_, udp_ports_;
  SignatureSet signatures_;
  std::vector<std::string> name_lists_;
  std::vector<MetricDescription> counters_, histograms_;
  std::vector<ReportTableDescription> tables_;
};

}  // namespace netpulse
