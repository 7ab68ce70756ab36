#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "engine/analysis/analyzer.h"
#include "plugins/common/line_dialogue.h"

namespace netpulse {

/// SMTP and LMTP up to STARTTLS, or to the first message in clear: the server's greeting, the name in the client's
/// EHLO.
///
/// On any port by a greeting that says SMTP or by EHLO; on the ports of mail by any greeting. With the answer to
/// STARTTLS the flow is handed over. Source: RFC 5321, RFC 3207, RFC 2033.
struct Smtp {
  struct State {
    LineDialogue dialogue;
    std::uint8_t greeted;
  };

  static constexpr std::string_view kName = "smtp";
  static constexpr std::string_view kNameSource = "";
  static constexpr Input kInput = Input::kStreamPrefix;
  static constexpr bool kStateOverUdp = false;
  static constexpr bool kEncrypted = false, kHandsOver = true;
  static constexpr std::array<Pattern, 2> kPatterns{Pattern{R"(^220[ -])"}, Pattern{R"(^[EeHhLl][HhEe][Ll][Oo])"}};
  static constexpr std::array<PortRange, 3> kPorts{PortRange{6, 25, 25}, PortRange{6, 587, 587},
                                                   PortRange{6, 2525, 2525}};
  static constexpr std::array<std::string_view, 0> kNameLists{};
  static constexpr auto kCounters = upgrade_counters("netpulse_smtp_tls_upgrades_total");
  static constexpr std::array<MetricDescription, 0> kHistograms{};

  static Verdict probe(const PacketView& packet) noexcept;
  static Verdict consume(const PacketView& packet, State& state, AnalyzerContext& context) noexcept;

  static bool is_reply(std::string_view line) noexcept;
  static LineMeaning command(std::string_view line, State& state, AnalyzerContext& context) noexcept;
  static LineMeaning reply(std::string_view line, State& state, AnalyzerContext& context) noexcept;
};

}  // namespace netpulse
