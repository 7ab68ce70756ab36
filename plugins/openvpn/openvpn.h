#pragma once

#include "plugins/common/analyzer_defaults.h"

namespace netpulse {

/// OpenVPN over UDP and TCP, on any port, by the hard reset that opens its control channel: plain, with tls-auth, or
/// with tls-crypt. A flow picked up later is not recognised.
/// Source: OpenVPN developer documentation, "Network protocol" (data channel and control channel packet formats).
struct Openvpn : AnalyzerDefaults {
  static constexpr std::string_view kName = "openvpn";
  static constexpr bool kEncrypted = true;
  static constexpr std::array<Pattern, 2> kPatterns{Pattern{R"(^[\x38\x40\x50])"}, Pattern{R"(^\x00.[\x38\x40\x50])"}};
  static constexpr std::array<PortRange, 2> kPorts{PortRange{kProtocolUdp, 1194, 1194},
                                                   PortRange{kProtocolTcp, 1194, 1194}};

  static Verdict probe(const PacketView& packet) noexcept;
};

}  // namespace netpulse
