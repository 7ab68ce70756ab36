#pragma once

#include "plugins/common/analyzer_defaults.h"

namespace netpulse {

/// BitTorrent, on any port: the handshake of peers over TCP and µTP with the client of either side from its peer id,
/// the distributed hash table, UDP trackers and local peer discovery.
///
/// µTP's opening says little, so it is claimed when the answer acknowledges it. Obfuscated streams (MSE) and trackers
/// over HTTP are not recognised.
/// Source: BEP 3, BEP 5, BEP 14, BEP 15, BEP 20, BEP 29.
struct Bittorrent : AnalyzerDefaults {
  struct State {
    std::uint8_t told[2];  ///< by Direction: the peer id was read
    std::uint8_t calls_waiting;
    std::uint8_t opened;  ///< µTP: its opening was seen, from this side
    std::uint8_t opened_by;
    std::uint16_t connection;
    std::uint16_t sequence;
  };
  static constexpr std::string_view kName = "bittorrent";
  static constexpr bool kStateOverUdp = true;
  static constexpr std::array<Pattern, 5> kPatterns{Pattern{R"(^\x13BitT)"}, Pattern{R"(^d(1:[ader]|2:ip6:))"},
                                                    Pattern{R"(^\x00\x00\x04\x17\x27\x10\x19\x80)"},
                                                    Pattern{R"(^BT-S)"}, Pattern{R"(^\x41[\x00-\x02])"}};

  static Verdict probe(const PacketView& packet) noexcept;
  static Verdict consume(const PacketView& packet, State& state, AnalyzerContext& context) noexcept;
};

}  // namespace netpulse
