#pragma once

#include <array>
#include <string_view>

#include "engine/analysis/analyzer.h"

namespace netpulse {

/// WebSocket, known by the response that opens it: 101 with "Upgrade: websocket". Its frames have no mark of their own,
/// so nothing behind is read.
/// Source: RFC 6455 section 4.2.2.
struct WebSocket {
  struct State {};

  static constexpr std::string_view kName = "websocket";
  static constexpr std::string_view kNameSource = "";
  static constexpr Input kInput = Input::kStreamPrefix;
  static constexpr bool kStateOverUdp = false;
  static constexpr bool kEncrypted = false;
  static constexpr std::array<Pattern, 1> kPatterns{Pattern{"^HTTP"}};
  static constexpr std::array<PortRange, 0> kPorts{};
  static constexpr std::array<std::string_view, 0> kNameLists{};
  static constexpr std::array<MetricDescription, 1> kCounters{
      MetricDescription{"netpulse_websocket_connections_total", "WebSocket connections whose opening was seen."}};
  static constexpr std::array<MetricDescription, 0> kHistograms{};

  static Verdict probe(const PacketView& packet) noexcept;
  static Verdict consume(const PacketView& packet, State& state, AnalyzerContext& context) noexcept;
};

}  // namespace netpulse
