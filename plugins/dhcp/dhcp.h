#pragma once

#include "plugins/common/analyzer_defaults.h"

namespace netpulse {

/// DHCP and BOOTP over UDP ports 67 and 68: the client's host name and vendor class.
///
/// Each message is read on its own; options end with their end option, with the message, or where they contradict it.
/// Source: RFC 2131, RFC 2132 sections 3.14 and 9.13.
struct Dhcp : AnalyzerDefaults {
  static constexpr std::string_view kName = "dhcp";
  static constexpr std::array<PortRange, 1> kPorts{PortRange{kProtocolUdp, 67, 68}};

  static Verdict probe(const PacketView& packet) noexcept;
  static Verdict consume(const PacketView& packet, State& state, AnalyzerContext& context) noexcept;
};

/// DHCPv6 over UDP ports 546 and 547: the client's name and vendor class. Relayed messages are recognised, not opened.
/// Source: RFC 8415 sections 8, 9 and 21.16; RFC 4704 section 4.
struct Dhcpv6 : AnalyzerDefaults {
  static constexpr std::string_view kName = "dhcpv6";
  static constexpr std::array<PortRange, 1> kPorts{PortRange{kProtocolUdp, 546, 547}};

  static Verdict probe(const PacketView& packet) noexcept;
  static Verdict consume(const PacketView& packet, State& state, AnalyzerContext& context) noexcept;
};

}  // namespace netpulse
