#pragma once

#include "plugins/common/analyzer_defaults.h"

namespace netpulse {

/// NetFlow versions 5, 7 and 9 over UDP, on any port: the header and records or sets that fill the datagram.
/// Source: RFC 3954 section 5; Cisco's NetFlow export datagram formats (versions 5 and 7).
struct Netflow : AnalyzerDefaults {
  static constexpr std::string_view kName = "netflow";
  static constexpr std::array<Pattern, 1> kPatterns{Pattern{R"(^\x00[\x05\x07\x09]\x00[\x01-\xff])"}};

  static Verdict probe(const PacketView& packet) noexcept;
};

/// IPFIX over UDP, on any port, and over TCP port 4739.
/// Source: RFC 7011 section 3.
struct Ipfix : AnalyzerDefaults {
  static constexpr std::string_view kName = "ipfix";
  static constexpr std::array<Pattern, 1> kPatterns{Pattern{R"(^\x00\x0a[\x00-\x3f].)"}};
  static constexpr std::array<PortRange, 1> kPorts{PortRange{kProtocolTcp, 4739, 4739}};

  static Verdict probe(const PacketView& packet) noexcept;
};

/// sFlow version 5 over UDP, on any port: samples that fill the datagram.
/// Source: sFlow Version 5 (sflow.org), section "sFlow Datagram Format".
struct Sflow : AnalyzerDefaults {
  static constexpr std::string_view kName = "sflow";
  static constexpr std::array<Pattern, 1> kPatterns{Pattern{R"(^\x00\x00\x00\x05\x00\x00\x00[\x01\x02])"}};

  static Verdict probe(const PacketView& packet) noexcept;
};

}  // namespace netpulse
