#pragma once

#include "plugins/common/analyzer_defaults.h"

namespace netpulse {

/// WireGuard over UDP, on any port. The handshake is known by its types and exact sizes (148, 92 and 64 bytes); of
/// transport data alone, kInARowMin messages to one receiver with counters that follow each other must be seen.
/// Source: WireGuard whitepaper, section 5.4.
struct Wireguard : AnalyzerDefaults {
  struct State {
    std::uint32_t receiver;
    std::uint32_t counter;  ///< its low half
    std::uint8_t in_a_row;
    std::uint8_t datagrams;
  };
  static constexpr std::uint8_t kInARowMin = 3, kDatagramsMax = 16;

  static constexpr std::string_view kName = "wireguard";
  static constexpr bool kEncrypted = true, kStateOverUdp = true;
  static constexpr std::array<Pattern, 1> kPatterns{Pattern{R"(^[\x01-\x04]\x00\x00\x00)"}};

  static Verdict probe(const PacketView& packet) noexcept;
  static Verdict consume(const PacketView& packet, State& state, AnalyzerContext& context) noexcept;
};

}  // namespace netpulse
