#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "engine/analysis/analyzer.h"
#include "plugins/common/tls_upgrade.h"

namespace netpulse {

/// XMPP over TCP up to <starttls/>, or to the login in clear: the domain that the client asks for.
///
/// On any port by the stream header. With the server's <proceed/> the flow is handed over.
/// Source: RFC 6120 sections 4.7 and 5.4.
struct Xmpp {
  struct State {
    std::uint8_t server;  ///< 1 + Direction of the side that answers; 0: not known yet
    std::uint8_t asked;   ///< the client has sent <starttls/>; or its start tag alone
    std::uint8_t tags;
  };

  static constexpr std::string_view kName = "xmpp";
  static constexpr std::string_view kNameSource = "xmpp_to";
  static constexpr Input kInput = Input::kStreamPrefix;
  static constexpr bool kStateOverUdp = false;
  static constexpr bool kEncrypted = false, kHandsOver = true;
  static constexpr std::array<Pattern, 2> kPatterns{Pattern{R"(^<\?xm)"}, Pattern{R"(^<str)"}};
  static constexpr std::array<PortRange, 2> kPorts{PortRange{6, 5222, 5222}, PortRange{6, 5269, 5269}};
  static constexpr std::array<std::string_view, 0> kNameLists{};
  static constexpr auto kCounters = upgrade_counters("netpulse_xmpp_tls_upgrades_total");
  static constexpr std::array<MetricDescription, 0> kHistograms{};

  static Verdict probe(const PacketView& packet) noexcept;
  static Verdict consume(const PacketView& packet, State& state, AnalyzerContext& context) noexcept;
};

}  // namespace netpulse
