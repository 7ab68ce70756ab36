#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "engine/analysis/analyzer.h"
#include "plugins/common/tls_upgrade.h"

namespace netpulse {

/// The MySQL protocol (and MariaDB's): the server's version; when the client's SSLRequest asks for it the flow is
/// handed over to TLS, which begins at the next byte of either side.
///
/// On any port by the server's greeting. Source: MySQL Internals, "Connection Phase Packets".
struct Mysql {
  struct State {
    std::uint8_t server;  ///< 1 + Direction of the side that has greeted
    std::uint8_t greeted;
  };

  static constexpr std::string_view kName = "mysql";
  static constexpr std::string_view kNameSource = "";
  static constexpr Input kInput = Input::kStreamPrefix;
  static constexpr bool kStateOverUdp = false;
  static constexpr bool kEncrypted = false, kHandsOver = true;
  static constexpr std::array<Pattern, 1> kPatterns{Pattern{R"(^.[\x00\x01]\x00\x00\x0a)"}};
  static constexpr std::array<PortRange, 1> kPorts{PortRange{6, 3306, 3306}};
  static constexpr std::array<std::string_view, 0> kNameLists{};
  static constexpr auto kCounters = upgrade_counters("netpulse_mysql_tls_upgrades_total");
  static constexpr std::array<MetricDescription, 0> kHistograms{};

  static Verdict probe(const PacketView& packet) noexcept;
  static Verdict consume(const PacketView& packet, State& state, AnalyzerContext& context) noexcept;
};

}  // namespace netpulse
