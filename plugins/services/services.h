#pragma once

#include "plugins/common/analyzer_defaults.h"

namespace netpulse {

/// NFS over UDP and TCP, on any port: calls to its program, and replies on port 2049.
/// Source: RFC 5531 sections 9 and 11, RFC 1813, RFC 7530.
struct Nfs : AnalyzerDefaults {
  static constexpr std::string_view kName = "nfs";
  static constexpr std::array<Pattern, 2> kPatterns{Pattern{R"(^.{4}\x00{7}\x02\x00\x01\x86\xa3)"},
                                                    Pattern{R"(^[\x00\x80].{7}\x00{7}\x02\x00\x01\x86\xa3)"}};
  static constexpr std::array<PortRange, 2> kPorts{PortRange{kProtocolTcp, 2049, 2049},
                                                   PortRange{kProtocolUdp, 2049, 2049}};

  static Verdict probe(const PacketView& packet) noexcept;
};

/// ONC RPC of programs other than NFS over UDP and TCP, on any port: calls to Sun's and other defined programs, and
/// replies on port 111.
/// Source: RFC 5531 sections 9 and 11.
struct Rpc : AnalyzerDefaults {
  static constexpr std::string_view kName = "rpc";
  static constexpr std::array<Pattern, 2> kPatterns{Pattern{R"(^.{4}\x00{7}\x02\x00[\x01-\x06])"},
                                                    Pattern{R"(^[\x00\x80].{7}\x00{7}\x02\x00[\x01-\x06])"}};
  static constexpr std::array<PortRange, 2> kPorts{PortRange{kProtocolTcp, 111, 111},
                                                   PortRange{kProtocolUdp, 111, 111}};

  static Verdict probe(const PacketView& packet) noexcept;
};

/// Git's own protocol over TCP, on any port: the client's request.
/// Source: git's gitprotocol-pack(5).
struct Git : AnalyzerDefaults {
  static constexpr std::string_view kName = "git";
  static constexpr std::array<Pattern, 1> kPatterns{Pattern{"^[0-9a-f]{4}git-"}};
  static constexpr std::array<PortRange, 1> kPorts{PortRange{kProtocolTcp, 9418, 9418}};

  static Verdict probe(const PacketView& packet) noexcept;
};

/// rsync's daemon over TCP, on any port, by its greeting.
/// Source: rsyncd's greeting as rsync(1) and csprotocol.txt describe it.
struct Rsync : AnalyzerDefaults {
  static constexpr std::string_view kName = "rsync";
  static constexpr std::array<Pattern, 1> kPatterns{Pattern{"^@RSY"}};

  static Verdict probe(const PacketView& packet) noexcept;
};

/// Dropbox looking for its peers in the local network, over UDP port 17500.
/// Source: as seen on the wire; Dropbox publishes no format.
struct DropboxLan : AnalyzerDefaults {
  static constexpr std::string_view kName = "dropbox_lansync";
  static constexpr std::array<PortRange, 1> kPorts{PortRange{kProtocolUdp, 17500, 17500}};

  static Verdict probe(const PacketView& packet) noexcept;
};

/// NAT-PMP and PCP over UDP port 5351.
/// Source: RFC 6886 section 3, RFC 6887 section 7.
struct NatPmp : AnalyzerDefaults {
  static constexpr std::string_view kName = "nat_pmp";
  static constexpr std::array<PortRange, 1> kPorts{PortRange{kProtocolUdp, 5350, 5351}};

  static Verdict probe(const PacketView& packet) noexcept;
};

/// Bitcoin's peers over TCP, on any port: the magic number of a network and a version message.
/// Source: Bitcoin developer reference, "Message headers".
struct Bitcoin : AnalyzerDefaults {
  static constexpr std::string_view kName = "bitcoin";
  static constexpr std::array<Pattern, 1> kPatterns{Pattern{R"(^(\xf9\xbe\xb4\xd9|\x0b\x11\x09\x07))"}};

  static Verdict probe(const PacketView& packet) noexcept;
};

}  // namespace netpulse
