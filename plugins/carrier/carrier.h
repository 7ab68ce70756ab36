#pragma once

#include "plugins/common/analyzer_defaults.h"

namespace netpulse {

/// BGP over TCP, on any port, by its marker.
/// Source: RFC 4271 section 4.1.
struct Bgp : AnalyzerDefaults {
  static constexpr std::string_view kName = "bgp";
  static constexpr std::array<Pattern, 1> kPatterns{Pattern{R"(^\xff{4})"}};

  static Verdict probe(const PacketView& packet) noexcept;
};

/// GTP over UDP: control messages of versions 1 and 2 (port 2123), path management of the user plane (2152), GTP'
/// (3386). Source: 3GPP TS 29.060 section 6, TS 29.274 section 5.1, TS 29.281 section 5.1.
struct Gtp : AnalyzerDefaults {
  static constexpr std::string_view kName = "gtp";
  static constexpr std::array<PortRange, 3> kPorts{
      PortRange{kProtocolUdp, 2123, 2123}, PortRange{kProtocolUdp, 2152, 2152}, PortRange{kProtocolUdp, 3386, 3386}};

  static Verdict probe(const PacketView& packet) noexcept;
};

/// PFCP over UDP port 8805.
/// Source: 3GPP TS 29.244 section 7.2.2.
struct Pfcp : AnalyzerDefaults {
  static constexpr std::string_view kName = "pfcp";
  static constexpr std::array<PortRange, 1> kPorts{PortRange{kProtocolUdp, 8805, 8805}};

  static Verdict probe(const PacketView& packet) noexcept;
};

/// Diameter over TCP port 3868: the header and the first AVP.
/// Source: RFC 6733 sections 3 and 4.1.
struct Diameter : AnalyzerDefaults {
  static constexpr std::string_view kName = "diameter";
  static constexpr std::array<PortRange, 1> kPorts{PortRange{kProtocolTcp, 3868, 3868}};

  static Verdict probe(const PacketView& packet) noexcept;
};

/// RIP and RIPng over UDP ports 520 and 521.
/// Source: RFC 2453 section 4, RFC 2080 section 2.1.
struct Rip : AnalyzerDefaults {
  static constexpr std::string_view kName = "rip";
  static constexpr std::array<PortRange, 1> kPorts{PortRange{kProtocolUdp, 520, 521}};

  static Verdict probe(const PacketView& packet) noexcept;
};

/// The Precision Time Protocol over UDP ports 319 and 320.
/// Source: IEEE 1588-2019, clause 13.3.
struct Ptp : AnalyzerDefaults {
  static constexpr std::string_view kName = "ptp";
  static constexpr std::array<PortRange, 1> kPorts{PortRange{kProtocolUdp, 319, 320}};

  static Verdict probe(const PacketView& packet) noexcept;
};

}  // namespace netpulse
