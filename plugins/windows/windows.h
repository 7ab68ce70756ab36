#pragma once

#include "plugins/common/analyzer_defaults.h"

namespace netpulse {

/// SMB 1, 2 and 3 over TCP, with or without the NetBIOS session service (ports 445 and 139, else by the SMB header).
/// Source: MS-SMB2 section 2.1, MS-CIFS section 2.2.3.1, RFC 1002 section 4.3.
struct Smb : AnalyzerDefaults {
  static constexpr std::string_view kName = "smb";
  static constexpr std::array<Pattern, 1> kPatterns{Pattern{R"(^\x00[\x00\x01]..[\xfc-\xff]SMB)"}};
  static constexpr std::array<PortRange, 2> kPorts{PortRange{kProtocolTcp, 445, 445},
                                                   PortRange{kProtocolTcp, 139, 139}};

  static Verdict probe(const PacketView& packet) noexcept;
};

/// DCE/RPC over TCP (version 5) and UDP (version 4), on any port, and the opening of RPC over HTTP's streams.
/// Source: The Open Group C706, chapter 12; MS-RPCE section 2.2.
struct Dcerpc : AnalyzerDefaults {
  static constexpr std::string_view kName = "dcerpc";
  static constexpr std::array<Pattern, 3> kPatterns{Pattern{R"(^\x05[\x00\x01][\x00-\x13].[\x00\x10]\x00\x00\x00)"},
                                                    Pattern{R"(^\x04[\x00-\x0a]..[\x00\x10]\x00\x00)"},
                                                    Pattern{"^ncac"}};
  static constexpr std::array<PortRange, 1> kPorts{PortRange{kProtocolTcp, 135, 135}};

  static Verdict probe(const PacketView& packet) noexcept;
};

/// Kerberos 5 over UDP and TCP port 88: the message's ASN.1 tag, its length and its version.
/// Source: RFC 4120 sections 5.4, 5.9.1 and 7.2.2.
struct Kerberos : AnalyzerDefaults {
  static constexpr std::string_view kName = "kerberos";
  static constexpr std::array<PortRange, 2> kPorts{PortRange{kProtocolTcp, 88, 88}, PortRange{kProtocolUdp, 88, 88}};

  static Verdict probe(const PacketView& packet) noexcept;
};

/// RDP over TCP: the X.224 connection request with a cookie or a negotiation request, on any port. When the server
/// chooses TLS the flow is handed over.
/// Source: MS-RDPBCGR sections 2.2.1.1 and 2.2.1.2.
struct Rdp : AnalyzerDefaults {
  struct State {
    std::uint8_t requested;
    std::uint8_t client;  ///< its Direction
  };
  static constexpr std::string_view kName = "rdp";
  static constexpr std::array<Pattern, 1> kPatterns{Pattern{R"(^\x03\x00..[\x0e-\xfe]\xe0\x00\x00)"}};
  static constexpr std::array<PortRange, 1> kPorts{PortRange{kProtocolTcp, 3389, 3389}};

  static Verdict probe(const PacketView& packet) noexcept;
  static Verdict consume(const PacketView& packet, State& state, AnalyzerContext& context) noexcept;
};

}  // namespace netpulse
