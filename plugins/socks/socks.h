#pragma once

#include "plugins/common/analyzer_defaults.h"

namespace netpulse {

/// SOCKS 4, 4a and 5 over TCP, on any port. The client's first bytes prove nothing: the claim stands when the server's
/// answer fits. Behind the server's consent the flow is handed over to the protocol inside. The name that the proxy was
/// asked for is the flow's name; one that is asked for before the server has said anything (version 4a, and a
/// client that does not wait) is not known to be SOCKS yet and stays unread.
/// Source: RFC 1928 (sections 3 to 6), RFC 1929; "SOCKS: A protocol for TCP proxy across firewalls" (version 4).
struct Socks : AnalyzerDefaults {
  struct State {
    std::uint8_t version;  ///< 4 or 5; 0: the client has said nothing yet
    std::uint8_t client;   ///< its Direction
    std::uint8_t calls;
    std::uint8_t flags;
    std::uint32_t methods;  ///< SOCKS 5: bit per method offered below 32
  };
  static constexpr std::string_view kName = "socks";
  static constexpr std::string_view kNameSource = "socks_domain";
  static constexpr bool kHandsOver = true;
  static constexpr std::array<Pattern, 2> kPatterns{Pattern{R"(^\x05[\x01-\x0a][\x00-\x0a\x80-\xfe])"},
                                                    Pattern{R"(^\x04[\x01\x02])"}};

  static Verdict probe(const PacketView& packet) noexcept;
  static Verdict consume(const PacketView& packet, State& state, AnalyzerContext& context) noexcept;
};

}  // namespace netpulse
