#pragma once

#include "plugins/common/analyzer_defaults.h"

namespace netpulse {

/// Redis over TCP, on any port: a command as an array of bulk strings.
/// Source: Redis serialization protocol specification (RESP2 and RESP3).
struct Redis : AnalyzerDefaults {
  static constexpr std::string_view kName = "redis";
  static constexpr std::array<Pattern, 1> kPatterns{Pattern{R"(^\*[1-9][0-9\r])"}};

  static Verdict probe(const PacketView& packet) noexcept;
};

/// MongoDB over TCP, on any port, by the header of its wire protocol.
/// Source: MongoDB wire protocol, "Standard message header" and "Opcodes".
struct Mongodb : AnalyzerDefaults {
  static constexpr std::string_view kName = "mongodb";
  static constexpr std::array<Pattern, 1> kPatterns{Pattern{R"(^...\x00.{8}[\xd1-\xd7\xda-\xdd]\x07\x00\x00)"}};
  static constexpr std::array<PortRange, 1> kPorts{PortRange{kProtocolTcp, 27017, 27019}};

  static Verdict probe(const PacketView& packet) noexcept;
};

/// Memcached over TCP and UDP port 11211: a command line, or a header of the binary protocol.
/// Source: memcached doc/protocol.txt and "Memcache Binary Protocol".
struct Memcached : AnalyzerDefaults {
  static constexpr std::string_view kName = "memcached";
  static constexpr std::array<PortRange, 2> kPorts{PortRange{kProtocolTcp, 11211, 11211},
                                                   PortRange{kProtocolUdp, 11211, 11211}};

  static Verdict probe(const PacketView& packet) noexcept;
};

/// Microsoft SQL Server's TDS over TCP, on any port: the client's pre-login or login.
/// Source: MS-TDS sections 2.2.3.1, 2.2.6.4 and 2.2.6.5.
struct Tds : AnalyzerDefaults {
  static constexpr std::string_view kName = "tds";
  static constexpr std::array<Pattern, 1> kPatterns{Pattern{R"(^[\x10\x12][\x00\x01]..\x00\x00.\x00)"}};
  static constexpr std::array<PortRange, 1> kPorts{PortRange{kProtocolTcp, 1433, 1433}};

  static Verdict probe(const PacketView& packet) noexcept;
};

/// Oracle's TNS over TCP, on any port: the client's connect packet.
/// Source: the layout as Wireshark's packet-tns.c describes it; Oracle publishes none.
struct Oracle : AnalyzerDefaults {
  static constexpr std::string_view kName = "oracle";
  static constexpr std::array<Pattern, 1> kPatterns{Pattern{R"(^..\x00\x00\x01.\x00\x00\x01)"}};
  static constexpr std::array<PortRange, 1> kPorts{PortRange{kProtocolTcp, 1521, 1521}};

  static Verdict probe(const PacketView& packet) noexcept;
};

}  // namespace netpulse
