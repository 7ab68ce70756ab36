#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "engine/analysis/analyzer.h"
#include "plugins/common/tls_upgrade.h"

namespace netpulse {

/// LDAP and, over UDP, CLDAP: recognised by their message's framing; StartTLS hands the flow over.
///
/// Messages longer than what is needed to know them are passed over.
/// Source: RFC 4511 sections 4.1.1, 4.14 and 5.1.
struct Ldap {
  struct State {
    std::uint32_t message_rest[2];  ///< bytes to come of a message that is passed over, by Direction
    std::uint32_t start_tls_id;     ///< messageID of the request
    std::uint8_t asked;             ///< StartTLS is not answered yet
    std::uint8_t messages;
  };

  static constexpr std::string_view kName = "ldap";
  static constexpr std::string_view kNameSource = "";
  static constexpr Input kInput = Input::kStreamPrefix;
  static constexpr bool kStateOverUdp = false;
  static constexpr bool kEncrypted = false, kHandsOver = true;
  static constexpr std::array<Pattern, 2> kPatterns{Pattern{R"(^0[\x05-\x7f]\x02[\x01-\x04])"},
                                                    Pattern{R"(^0[\x81-\x84])"}};
  static constexpr std::array<PortRange, 3> kPorts{PortRange{6, 389, 389}, PortRange{6, 3268, 3268},
                                                   PortRange{17, 389, 389}};
  static constexpr std::array<std::string_view, 0> kNameLists{};
  static constexpr auto kCounters = upgrade_counters("netpulse_ldap_tls_upgrades_total");
  static constexpr std::array<MetricDescription, 0> kHistograms{};

  static Verdict probe(const PacketView& packet) noexcept;
  static Verdict consume(const PacketView& packet, State& state, AnalyzerContext& context) noexcept;
};

}  // namespace netpulse
