#pragma once

#include "plugins/common/analyzer_defaults.h"

namespace netpulse {

/// SOCKS 4, 4a and 5 over TCP, on any port. The client's two to nine bytes prove nothing: the claim stands when the
/// server's answer fits. What follows stays SOCKS; the connection inside is not opened.
/// Source: RFC 1928 sections 3 and 6; "SOCKS: A protocol for TCP proxy across firewalls" (version 4).
struct Socks : AnalyzerDefaults {
  struct State {
    std::uint8_t version;  ///< 4 or 5; 0: the client has said nothing yet
    std::uint8_t client;   ///< its Direction
    std::uint8_t calls;
    std::uint32_t methods;  ///< SOCKS 5: bit per method offered below 32
  };
  static constexpr std::string_view kName = "socks";
  static constexpr std::array<Pattern, 2> kPatterns{Pattern{R"(^\x05[\x01-\x0a][\x00-\x0a\x80-\xfe])"},
                                                    Pattern{R"(^\x04[\x01\x02])"}};

  static Verdict probe(const PacketView& packet) noexcept;
  static Verdict consume(const PacketView& packet, State& state, AnalyzerContext& context) noexcept;
};

}  // namespace netpulse
