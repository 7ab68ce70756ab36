#pragma once

#include "plugins/common/analyzer_defaults.h"

namespace netpulse {

/// STUN and TURN over UDP and TCP: by the magic cookie on any port, without one (RFC 3489) on port 3478 only; over TCP
/// also in the frames of RFC 4571, as ICE uses it. Finds the SOFTWARE of both sides.
///
/// What is neither STUN nor TURN ChannelData (DTLS, RTP) is handed over.
/// Source: RFC 8489 sections 5, 6.2.2 and 14.14; RFC 3489 section 11.1; RFC 8656 section 12; RFC 4571 section 2.
struct Stun : AnalyzerDefaults {
  static constexpr std::string_view kName = "stun";
  static constexpr std::array<Pattern, 2> kPatterns{Pattern{R"(^[\x00-\x3f]...\x21\x12\xa4\x42)"},
                                                    Pattern{R"(^..[\x00-\x3f]...\x21\x12\xa4\x42)"}};
  static constexpr std::array<PortRange, 2> kPorts{PortRange{kProtocolUdp, 3478, 3479},
                                                   PortRange{kProtocolTcp, 3478, 3479}};

  static Verdict probe(const PacketView& packet) noexcept;
  static Verdict consume(const PacketView& packet, State& state, AnalyzerContext& context) noexcept;
};

}  // namespace netpulse
