#pragma once

#include <array>
#include <string_view>

#include "engine/analysis/analyzer.h"

namespace netpulse {

/// Values of the label of netpulse_ssdp_messages_total.
inline constexpr std::array<std::string_view, 3> kSsdpKindLabels{"search", "notify", "response"};

/// SSDP: searches and announcements to UDP port 1900, and their answers from any port. Finds what devices and
/// programs say of themselves. Each message is read on its own, so the flow is never done.
/// Source: UPnP Device Architecture 2.0, section 1.
struct Ssdp {
  struct State {};

  static constexpr std::string_view kName = "ssdp";
  static constexpr std::string_view kNameSource = "";
  static constexpr Input kInput = Input::kDatagram;
  static constexpr bool kStateOverUdp = false;
  static constexpr bool kEncrypted = false;
  static constexpr std::array<Pattern, 1> kPatterns{
      Pattern{R"(^(M-SEARCH \* HTTP/|NOTIFY \* HTTP/|HTTP/1\.[01] 200 ))"}};
  static constexpr std::array<PortRange, 1> kPorts{PortRange{17, 1900, 1900}};
  static constexpr std::array<std::string_view, 0> kNameLists{};

  /// Messages by kind, then malformed ones.
  static constexpr std::size_t kCounterMalformed = kSsdpKindLabels.size();
  static constexpr auto kCounters = [] {
    std::array<MetricDescription, kCounterMalformed + 1> counters{};
    std::size_t i = 0;
    for (const std::string_view kind : kSsdpKindLabels)
      counters[i++] = {"netpulse_ssdp_messages_total", "SSDP messages.", "kind", kind};
    counters[i++] = {"netpulse_ssdp_malformed_total", "Datagrams of SSDP flows that are no SSDP messages."};
    return counters;
  }();
  static constexpr std::array<MetricDescription, 0> kHistograms{};

  static Verdict probe(const PacketView& packet) noexcept;
  static Verdict consume(const PacketView& packet, State& state, AnalyzerContext& context) noexcept;
};

}  // namespace netpulse
