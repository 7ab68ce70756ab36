#pragma once

#include "plugins/common/analyzer_defaults.h"

namespace netpulse {

/// SSH over TCP, on any port: the identification strings of both sides ("SSH-2.0-OpenSSH_9.2"), and HASSH of the
/// algorithms that each offers.
///
/// Lines that the server sends ahead of its own are passed over. Done when both sides have introduced themselves;
/// kMalformed when a line is longer than kLineBytesMax or the lines ahead exceed kPreambleBytesMax.
/// Source: RFC 4253 sections 4.2 and 7.1.
struct Ssh : AnalyzerDefaults {
  enum class Stage : std::uint8_t { kIdentification, kKeyExchange, kDone };
  struct State {
    Stage stage[2];              ///< by Direction
    std::uint8_t calls_waiting;  ///< payloads of a side that was done
  };
  /// 255 by the RFC, with room for those who exceed it.
  static constexpr std::size_t kLineBytesMax = 512;
  static constexpr std::size_t kPreambleBytesMax = 4096;

  static constexpr std::string_view kName = "ssh";
  static constexpr bool kEncrypted = true;
  static constexpr std::array<Pattern, 1> kPatterns{Pattern{"^SSH-"}};
  static constexpr std::array<PortRange, 1> kPorts{PortRange{kProtocolTcp, 22, 22}};
  static constexpr std::array<std::string_view, 1> kNameLists{"ssh"};

  static Verdict probe(const PacketView& packet) noexcept;
  static Verdict consume(const PacketView& packet, State& state, AnalyzerContext& context) noexcept;
};

}  // namespace netpulse
