#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "engine/analysis/analyzer.h"
#include "plugins/common/line_dialogue.h"

namespace netpulse {

/// The control connection of FTP up to AUTH TLS, or to the login in clear: the server's greeting.
///
/// On any port by a greeting that says FTP, on port 21 by any greeting. With the answer to AUTH TLS the flow is handed
/// over. Source: RFC 959, RFC 4217.
struct Ftp {
  struct State {
    LineDialogue dialogue;
    std::uint8_t greeted;
  };

  static constexpr std::string_view kName = "ftp";
  static constexpr std::string_view kNameSource = "";
  static constexpr Input kInput = Input::kStreamPrefix;
  static constexpr bool kStateOverUdp = false;
  static constexpr bool kEncrypted = false, kHandsOver = true;
  static constexpr std::array<Pattern, 1> kPatterns{Pattern{R"(^220[ -])"}};
  static constexpr std::array<PortRange, 1> kPorts{PortRange{6, 21, 21}};
  static constexpr std::array<std::string_view, 0> kNameLists{};
  static constexpr auto kCounters = upgrade_counters("netpulse_ftp_tls_upgrades_total");
  static constexpr std::array<MetricDescription, 0> kHistograms{};

  static Verdict probe(const PacketView& packet) noexcept;
  static Verdict consume(const PacketView& packet, State& state, AnalyzerContext& context) noexcept;

  static bool is_reply(std::string_view line) noexcept;
  static LineMeaning command(std::string_view line, State& state, AnalyzerContext& context) noexcept;
  static LineMeaning reply(std::string_view line, State& state, AnalyzerContext& context) noexcept;
};

}  // namespace netpulse
