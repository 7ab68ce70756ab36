#pragma once

#include "plugins/common/analyzer_defaults.h"

namespace netpulse {

/// Devices and services that look for each other: SOAP over UDP port 3702.
/// Source: OASIS Web Services Dynamic Discovery 1.1, SOAP-over-UDP 1.1.
struct WsDiscovery : AnalyzerDefaults {
  static constexpr std::string_view kName = "ws_discovery";
  static constexpr std::array<PortRange, 1> kPorts{PortRange{kProtocolUdp, 3702, 3702}};

  static Verdict probe(const PacketView& packet) noexcept;
};

/// Spotify's programs looking for each other in the local network, over UDP, on any port.
/// Source: as seen on the wire; Spotify publishes no format.
struct SpotifyLan : AnalyzerDefaults {
  static constexpr std::string_view kName = "spotify_lan";
  static constexpr std::array<Pattern, 1> kPatterns{Pattern{"^SpotUdp0"}};

  static Verdict probe(const PacketView& packet) noexcept;
};

/// The test of throughput of speedtest.net over TCP, on any port, by the server's greeting.
/// Source: as seen on the wire; Ookla publishes no format.
struct Speedtest : AnalyzerDefaults {
  static constexpr std::string_view kName = "speedtest";
  static constexpr std::array<Pattern, 1> kPatterns{Pattern{"^HELLO [0-9]"}};

  static Verdict probe(const PacketView& packet) noexcept;
};

}  // namespace netpulse
