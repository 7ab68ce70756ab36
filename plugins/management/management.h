#pragma once

#include "plugins/common/analyzer_defaults.h"

namespace netpulse {

/// SNMP versions 1, 2c and 3 over UDP ports 161 and 162.
/// Source: RFC 1157 section 4, RFC 3412 section 6.
struct Snmp : AnalyzerDefaults {
  static constexpr std::string_view kName = "snmp";
  static constexpr std::array<PortRange, 1> kPorts{PortRange{kProtocolUdp, 161, 162}};

  static Verdict probe(const PacketView& packet) noexcept;
};

/// Syslog over UDP port 514: a priority and text.
/// Source: RFC 5424 section 6.2.1, RFC 3164 section 4.1.1.
struct Syslog : AnalyzerDefaults {
  static constexpr std::string_view kName = "syslog";
  static constexpr std::array<PortRange, 1> kPorts{PortRange{kProtocolUdp, 514, 514}};

  static Verdict probe(const PacketView& packet) noexcept;
  /// A message has no length, so that it is never known to be whole.
  static Verdict consume(const PacketView&, State&, AnalyzerContext&) noexcept { return Verdict::kNeedMore; }
};

/// TFTP over UDP: requests on port 69, and transfers on the ports that were agreed on, claimed when a second block is
/// acknowledged or follows its acknowledgement.
/// Source: RFC 1350 sections 4 and 5, RFC 2347.
struct Tftp : AnalyzerDefaults {
  struct State {
    std::uint16_t block;  ///< the last one sent or acknowledged
    std::uint8_t sender;  ///< Direction of the data
    std::uint8_t steps;   ///< that fitted
  };
  static constexpr std::uint8_t kStepsMin = 3;

  static constexpr std::string_view kName = "tftp";
  static constexpr bool kStateOverUdp = true;
  static constexpr std::array<Pattern, 1> kPatterns{Pattern{R"(^\x00[\x03\x04]\x00[\x00\x01])"}};
  static constexpr std::array<PortRange, 1> kPorts{PortRange{kProtocolUdp, 69, 69}};

  static Verdict probe(const PacketView& packet) noexcept;
  static Verdict consume(const PacketView& packet, State& state, AnalyzerContext& context) noexcept;
};

/// RADIUS over UDP ports 1812, 1813, their old numbers and 3799: code, length, and attributes that add up.
/// Source: RFC 2865 sections 3 and 5, RFC 2866, RFC 5176.
struct Radius : AnalyzerDefaults {
  static constexpr std::string_view kName = "radius";
  static constexpr std::array<PortRange, 3> kPorts{
      PortRange{kProtocolUdp, 1812, 1813}, PortRange{kProtocolUdp, 1645, 1646}, PortRange{kProtocolUdp, 3799, 3799}};

  static Verdict probe(const PacketView& packet) noexcept;
};

/// TACACS+ over TCP port 49.
/// Source: RFC 8907 section 4.1.
struct Tacacs : AnalyzerDefaults {
  static constexpr std::string_view kName = "tacacs";
  static constexpr bool kEncrypted = true;
  static constexpr std::array<PortRange, 1> kPorts{PortRange{kProtocolTcp, 49, 49}};

  static Verdict probe(const PacketView& packet) noexcept;
};

}  // namespace netpulse
