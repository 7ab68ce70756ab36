#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "engine/analysis/analyzer.h"
#include "plugins/common/line_dialogue.h"

namespace netpulse {

/// POP3 up to STLS, or to the login in clear: the server's greeting.
///
/// On any port by a greeting that says POP or has an APOP time stamp, on port 110 by any greeting. With the answer to
/// STLS the flow is handed over. Source: RFC 1939, RFC 2595 section 4.
struct Pop3 {
  struct State {
    LineDialogue dialogue;
    std::uint8_t greeted;
  };

  static constexpr std::string_view kName = "pop3";
  static constexpr std::string_view kNameSource = "";
  static constexpr Input kInput = Input::kStreamPrefix;
  static constexpr bool kStateOverUdp = false;
  static constexpr bool kEncrypted = false, kHandsOver = true;
  static constexpr std::array<Pattern, 1> kPatterns{Pattern{R"(^\+OK )"}};
  static constexpr std::array<PortRange, 1> kPorts{PortRange{6, 110, 110}};
  static constexpr std::array<std::string_view, 0> kNameLists{};
  static constexpr auto kCounters = upgrade_counters("netpulse_pop3_tls_upgrades_total");
  static constexpr std::array<MetricDescription, 0> kHistograms{};

  static Verdict probe(const PacketView& packet) noexcept;
  static Verdict consume(const PacketView& packet, State& state, AnalyzerContext& context) noexcept;

  static bool is_reply(std::string_view line) noexcept;
  static LineMeaning command(std::string_view line, State& state, AnalyzerContext& context) noexcept;
  static LineMeaning reply(std::string_view line, State& state, AnalyzerContext& context) noexcept;
};

}  // namespace netpulse
