#pragma once

#include "plugins/common/analyzer_defaults.h"

namespace netpulse {

/// NTP and SNTP over UDP port 123: time packets of versions 1 to 4, control messages (mode 6) and ntpdc's (mode 7).
/// Source: RFC 5905 sections 7.3 and 7.5, RFC 9327.
struct Ntp : AnalyzerDefaults {
  static constexpr std::string_view kName = "ntp";
  static constexpr std::array<PortRange, 1> kPorts{PortRange{kProtocolUdp, 123, 123}};

  static Verdict probe(const PacketView& packet) noexcept;
};

}  // namespace netpulse
