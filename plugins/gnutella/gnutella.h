#pragma once

#include "plugins/common/analyzer_defaults.h"

namespace netpulse {

/// Gnutella, on any port: the handshake over TCP; descriptors, the Mojito hash table and the "GND" frames of reliable
/// datagrams over UDP. When the two agree on TLS in their handshake, the flow is handed over to it.
/// Source: Gnutella Protocol Specification 0.4 section "Protocol Definition", RFC-Gnutella 0.6 section 2.1.
struct Gnutella : AnalyzerDefaults {
  struct State {
    bool had_head[2];  ///< over TCP: a whole message of the handshake, by Direction
  };
  static constexpr std::string_view kName = "gnutella";
  static constexpr bool kHandsOver = true;
  static constexpr std::array<Pattern, 3> kPatterns{
      Pattern{"^GNUT"}, Pattern{R"(^GND.{3})"}, Pattern{R"(^.{16}[\x00\x01\x02\x30\x31\x40\x44\x80\x81]....\x00\x00)"}};

  static Verdict probe(const PacketView& packet) noexcept;
  static Verdict consume(const PacketView& packet, State& state, AnalyzerContext& context) noexcept;
};

}  // namespace netpulse
