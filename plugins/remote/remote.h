#pragma once

#include "plugins/common/analyzer_defaults.h"

namespace netpulse {

/// VNC (the remote framebuffer protocol) over TCP, on any port, by its version message.
/// Source: RFC 6143 section 7.1.1.
struct Vnc : AnalyzerDefaults {
  static constexpr std::string_view kName = "vnc";
  static constexpr std::array<Pattern, 1> kPatterns{Pattern{"^RFB "}};

  static Verdict probe(const PacketView& packet) noexcept;
};

/// Telnet on TCP port 23 whose first bytes negotiate options; a session without any is not recognised.
/// Source: RFC 854, RFC 855.
struct Telnet : AnalyzerDefaults {
  static constexpr std::string_view kName = "telnet";
  static constexpr std::array<PortRange, 1> kPorts{PortRange{kProtocolTcp, 23, 23}};

  static Verdict probe(const PacketView& packet) noexcept;
};

/// X11 over TCP, on any port: the client's connection setup.
/// Source: X Window System Protocol, version 11, chapter 8.
struct X11 : AnalyzerDefaults {
  static constexpr std::string_view kName = "x11";
  static constexpr std::array<Pattern, 1> kPatterns{Pattern{R"(^(l\x00\x0b\x00|B\x00\x00\x0b))"}};

  static Verdict probe(const PacketView& packet) noexcept;
};

}  // namespace netpulse
