#pragma once

#include "plugins/common/analyzer_defaults.h"

namespace netpulse {

/// Modbus over TCP port 502.
/// Source: MODBUS Messaging on TCP/IP Implementation Guide 1.0b, section 3.1.3.
struct Modbus : AnalyzerDefaults {
  static constexpr std::string_view kName = "modbus";
  static constexpr std::array<PortRange, 1> kPorts{PortRange{kProtocolTcp, 502, 502}};

  static Verdict probe(const PacketView& packet) noexcept;
};

/// DNP3 over TCP and UDP, on any port, by its link header and that header's checksum.
/// Source: IEEE 1815, clause 9.
struct Dnp3 : AnalyzerDefaults {
  static constexpr std::string_view kName = "dnp3";
  static constexpr std::array<Pattern, 1> kPatterns{Pattern{R"(^\x05\x64[\x05-\xff])"}};

  static Verdict probe(const PacketView& packet) noexcept;
};

/// IEC 60870-5-104 over TCP: unnumbered frames on any port, all frames on port 2404.
/// Source: IEC 60870-5-104, clause 5.
struct Iec104 : AnalyzerDefaults {
  static constexpr std::string_view kName = "iec104";
  static constexpr std::array<Pattern, 1> kPatterns{Pattern{R"(^\x68\x04[\x07\x0b\x13\x23\x43\x83]\x00\x00\x00)"}};
  static constexpr std::array<PortRange, 1> kPorts{PortRange{kProtocolTcp, 2404, 2404}};

  static Verdict probe(const PacketView& packet) noexcept;
};

/// Siemens S7 and S7-plus over TCP port 102, behind the connection set-up of ISO transport.
/// Source: RFC 1006 section 6, ISO 8073 section 13; the layout as Wireshark's packet-s7comm.c describes it.
struct S7comm : AnalyzerDefaults {
  static constexpr std::string_view kName = "s7comm";
  static constexpr std::array<PortRange, 1> kPorts{PortRange{kProtocolTcp, 102, 102}};

  static Verdict probe(const PacketView& packet) noexcept;
};

/// BACnet over UDP port 47808.
/// Source: ANSI/ASHRAE 135, annex J.
struct Bacnet : AnalyzerDefaults {
  static constexpr std::string_view kName = "bacnet";
  static constexpr std::array<PortRange, 1> kPorts{PortRange{kProtocolUdp, 47808, 47808}};

  static Verdict probe(const PacketView& packet) noexcept;
};

/// EtherNet/IP over TCP and UDP port 44818.
/// Source: The CIP Networks Library, volume 2, section 2-3.
struct Enip : AnalyzerDefaults {
  static constexpr std::string_view kName = "enip";
  static constexpr std::array<PortRange, 2> kPorts{PortRange{kProtocolTcp, 44818, 44818},
                                                   PortRange{kProtocolUdp, 44818, 44818}};

  static Verdict probe(const PacketView& packet) noexcept;
};

}  // namespace netpulse
