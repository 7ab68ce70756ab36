#pragma once

#include "plugins/common/analyzer_defaults.h"

namespace netpulse {

/// IKE versions 1 and 2 over UDP ports 500 and 4500 (there behind the non-ESP marker).
/// Source: RFC 2408 section 3.1, RFC 7296 sections 2.23 and 3.1, RFC 3948 section 2.2.
struct Ike : AnalyzerDefaults {
  static constexpr std::string_view kName = "ike";
  static constexpr bool kEncrypted = true;
  static constexpr std::uint16_t kPortNatTraversal = 4500;
  static constexpr std::array<PortRange, 2> kPorts{PortRange{kProtocolUdp, 500, 500},
                                                   PortRange{kProtocolUdp, kPortNatTraversal, kPortNatTraversal}};

  static Verdict probe(const PacketView& packet) noexcept;
};

/// ESP in UDP port 4500 of a flow whose IKE was not seen: kInARowMin packets with one SPI and sequence numbers that
/// follow each other, NAT keep-alives in between.
/// Source: RFC 3948 sections 2.1 and 2.3, RFC 4303 section 2.
struct EspInUdp : AnalyzerDefaults {
  struct State {
    std::uint32_t spi;
    std::uint32_t sequence;
    std::uint8_t in_a_row;
    std::uint8_t datagrams;
  };
  static constexpr std::uint8_t kInARowMin = 3, kDatagramsMax = 16;

  static constexpr std::string_view kName = "ipsec";
  static constexpr bool kEncrypted = true, kStateOverUdp = true;
  static constexpr std::array<PortRange, 1> kPorts{PortRange{kProtocolUdp, 4500, 4500}};

  static Verdict probe(const PacketView& packet) noexcept;
  static Verdict consume(const PacketView& packet, State& state, AnalyzerContext& context) noexcept;
};

}  // namespace netpulse
