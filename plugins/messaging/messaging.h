#pragma once

#include "plugins/common/analyzer_defaults.h"

namespace netpulse {

/// MQTT 3.1, 3.1.1 and 5 over TCP, on any port, by the client's CONNECT.
/// Source: MQTT Version 5.0 (OASIS) sections 2.1.4 and 3.1.
struct Mqtt : AnalyzerDefaults {
  static constexpr std::string_view kName = "mqtt";
  static constexpr std::array<Pattern, 1> kPatterns{Pattern{R"(^\x10.[\x00-\x7f]?\x00[\x04\x06]MQ)"}};
  static constexpr std::array<PortRange, 1> kPorts{PortRange{kProtocolTcp, 1883, 1883}};

  static Verdict probe(const PacketView& packet) noexcept;
};

/// AMQP 0-8 to 1.0 over TCP, on any port, by the protocol header.
/// Source: AMQP 1.0 (OASIS) part 2 section 2.2; AMQP 0-9-1 section 4.2.2.
struct Amqp : AnalyzerDefaults {
  static constexpr std::string_view kName = "amqp";
  static constexpr std::array<Pattern, 1> kPatterns{Pattern{"^AMQP"}};

  static Verdict probe(const PacketView& packet) noexcept;
};

/// IRC over TCP, on any port: a client's registration or a server's first words to it.
/// Source: RFC 2812 sections 2.3 and 3.1; IRCv3 capability negotiation.
struct Irc : AnalyzerDefaults {
  static constexpr std::string_view kName = "irc";
  static constexpr std::array<Pattern, 1> kPatterns{Pattern{"^(NICK|CAP |:)"}};
  static constexpr std::array<PortRange, 1> kPorts{PortRange{kProtocolTcp, 6660, 6669}};

  static Verdict probe(const PacketView& packet) noexcept;
};

/// CoAP over UDP port 5683: version, code and options that add up.
/// Source: RFC 7252 section 3.
struct Coap : AnalyzerDefaults {
  static constexpr std::string_view kName = "coap";
  static constexpr std::array<PortRange, 1> kPorts{PortRange{kProtocolUdp, 5683, 5683}};

  static Verdict probe(const PacketView& packet) noexcept;
  /// A payload has no length of its own, so that a message is never known to be whole.
  static Verdict consume(const PacketView&, State&, AnalyzerContext&) noexcept { return Verdict::kNeedMore; }
};

/// RTMP over TCP port 1935: version 3 and the 1536 bytes that follow it.
/// Source: Adobe's RTMP specification 1.0, section 5.2.
struct Rtmp : AnalyzerDefaults {
  static constexpr std::string_view kName = "rtmp";
  static constexpr std::array<PortRange, 1> kPorts{PortRange{kProtocolTcp, 1935, 1935}};

  static Verdict probe(const PacketView& packet) noexcept;
};

}  // namespace netpulse
