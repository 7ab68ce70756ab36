#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "engine/analysis/analyzer.h"

namespace netpulse {

/// NetBIOS datagram service on UDP port 138: the name of the host that sends. Each datagram is read on its own, so the
/// flow is never done; fragments after the first are passed over.
/// Source: RFC 1002 section 4.4.
struct Nbdgm {
  struct State {};

  static constexpr std::string_view kName = "nbdgm";
  static constexpr std::string_view kNameSource = "";
  static constexpr Input kInput = Input::kDatagram;
  static constexpr bool kStateOverUdp = false;
  static constexpr bool kEncrypted = false;
  static constexpr std::array<Pattern, 0> kPatterns{};
  static constexpr std::array<PortRange, 1> kPorts{PortRange{17, 138, 138}};
  static constexpr std::array<std::string_view, 0> kNameLists{};
  static constexpr std::array<MetricDescription, 0> kCounters{};
  static constexpr std::array<MetricDescription, 0> kHistograms{};

  static Verdict probe(const PacketView& packet) noexcept;
  static Verdict consume(const PacketView& packet, State& state, AnalyzerContext& context) noexcept;
};

}  // namespace netpulse
