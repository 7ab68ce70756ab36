#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "engine/analysis/analyzer.h"
#include "plugins/common/line_dialogue.h"

namespace netpulse {

/// IMAP up to STARTTLS, or to the login in clear: the server's greeting.
///
/// On any port by the greeting, on port 143 by a first command too. With the answer to STARTTLS the flow is handed
/// over. Source: RFC 9051, RFC 2595 section 3.
struct Imap {
  struct State {
    LineDialogue dialogue;
    std::uint8_t greeted;
    std::uint8_t tag_bytes;  ///< of the STARTTLS command
    std::array<char, 16> tag;
  };

  static constexpr std::string_view kName = "imap";
  static constexpr std::string_view kNameSource = "";
  static constexpr Input kInput = Input::kStreamPrefix;
  static constexpr bool kStateOverUdp = false;
  static constexpr bool kEncrypted = false, kHandsOver = true;
  static constexpr std::array<Pattern, 1> kPatterns{Pattern{R"(^\* (OK|PR|BY))"}};
  static constexpr std::array<PortRange, 1> kPorts{PortRange{6, 143, 143}};
  static constexpr std::array<std::string_view, 0> kNameLists{};
  static constexpr auto kCounters = upgrade_counters("netpulse_imap_tls_upgrades_total");
  static constexpr std::array<MetricDescription, 0> kHistograms{};

  static Verdict probe(const PacketView& packet) noexcept;
  static Verdict consume(const PacketView& packet, State& state, AnalyzerContext& context) noexcept;

  static bool is_reply(std::string_view line) noexcept;
  static LineMeaning command(std::string_view line, State& state, AnalyzerContext& context) noexcept;
  static LineMeaning reply(std::string_view line, State& state, AnalyzerContext& context) noexcept;
};

}  // namespace netpulse
