#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "engine/analysis/analyzer.h"
#include "plugins/common/tls_upgrade.h"

namespace netpulse {

/// PostgreSQL's frontend/backend protocol, version 3, up to the encryption asked for or to the server's version.
///
/// On any port by SSLRequest or StartupMessage, on port 5432 also shorter ones. After the server's 'S' the flow is
/// handed over; 'N' leaves it in clear. Source: PostgreSQL documentation, sections "Message Flow" and "Message
/// Formats".
struct Postgresql {
  struct State {
    std::uint32_t message_rest;  ///< bytes to come of a server's message that is passed over
    std::uint8_t server;         ///< 1 + Direction of the server
    std::uint8_t asked;          ///< an encryption request is not answered yet
    std::uint8_t started;        ///< the StartupMessage was seen
    std::uint8_t messages;
  };

  static constexpr std::string_view kName = "postgresql";
  static constexpr std::string_view kNameSource = "";
  static constexpr Input kInput = Input::kStreamPrefix;
  static constexpr bool kStateOverUdp = false;
  static constexpr bool kEncrypted = false, kHandsOver = true;
  static constexpr std::array<Pattern, 2> kPatterns{Pattern{R"(^\x00\x00\x00\x08\x04\xd2\x16[\x2e-\x30])"},
                                                    Pattern{R"(^\x00\x00[\x00-\x27].\x00\x03\x00)"}};
  static constexpr std::array<PortRange, 1> kPorts{PortRange{6, 5432, 5432}};
  static constexpr std::array<std::string_view, 0> kNameLists{};
  static constexpr auto kCounters = upgrade_counters("netpulse_postgresql_tls_upgrades_total");
  static constexpr std::array<MetricDescription, 0> kHistograms{};

  static Verdict probe(const PacketView& packet) noexcept;
  static Verdict consume(const PacketView& packet, State& state, AnalyzerContext& context) noexcept;
};

}  // namespace netpulse
