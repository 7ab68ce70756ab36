#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "engine/analysis/analyzer.h"

namespace netpulse {

/// Values of the labels of the NBNS counter; operations of unknown opcodes are not NBNS.
inline constexpr std::array<std::string_view, 2> kNbnsKindLabels{"request", "response"};
inline constexpr std::array<std::string_view, 6> kNbnsOperationLabels{
    "query", "registration", "release", "wait", "refresh", "multihomed_registration"};

/// NetBIOS name service on UDP port 137: the names asked for, and the host that registers its own.
///
/// Each datagram is read on its own, so the flow is never done.
/// Source: RFC 1002 section 4.2.
struct Nbns {
  struct State {};

  static constexpr std::string_view kName = "nbns";
  static constexpr std::string_view kNameSource = "";
  static constexpr Input kInput = Input::kDatagram;
  static constexpr bool kStateOverUdp = false;
  static constexpr bool kEncrypted = false;
  static constexpr std::array<Pattern, 0> kPatterns{};
  static constexpr std::array<PortRange, 1> kPorts{PortRange{17, 137, 137}};
  static constexpr std::array<std::string_view, 1> kNameLists{"nbns_query"};

  static constexpr std::size_t kCounterMalformed = kNbnsKindLabels.size() * kNbnsOperationLabels.size();
  static constexpr auto kCounters = [] {
    std::array<MetricDescription, kCounterMalformed + 1> counters{};
    std::size_t i = 0;
    for (const std::string_view kind : kNbnsKindLabels)
      for (const std::string_view operation : kNbnsOperationLabels)
        counters[i++] = {
            "netpulse_nbns_messages_total", "NetBIOS name service messages.", "kind", kind, "operation", operation};
    counters[i++] = {"netpulse_nbns_malformed_total", "NetBIOS name service messages that contradict themselves."};
    return counters;
  }();
  static constexpr std::array<MetricDescription, 0> kHistograms{};

  static Verdict probe(const PacketView& packet) noexcept;
  static Verdict consume(const PacketView& packet, State& state, AnalyzerContext& context) noexcept;
};

}  // namespace netpulse
