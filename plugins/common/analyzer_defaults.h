#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

#include "engine/analysis/analyzer.h"

namespace netpulse {

inline constexpr std::uint8_t kProtocolTcp = 6, kProtocolUdp = 17;

/// What an Analyzer is unless it says otherwise: its probe() has seen the whole first message, and there is nothing
/// more to find. Derive from it and declare what differs.
struct AnalyzerDefaults {
  struct State {};
  static constexpr std::string_view kNameSource = "";
  static constexpr Input kInput = Input::kStreamPrefix;
  static constexpr bool kStateOverUdp = false;
  static constexpr bool kEncrypted = false;
  static constexpr std::array<Pattern, 0> kPatterns{};
  static constexpr std::array<PortRange, 0> kPorts{};
  static constexpr std::array<std::string_view, 0> kNameLists{};
  static constexpr std::array<MetricDescription, 0> kCounters{};
  static constexpr std::array<MetricDescription, 0> kHistograms{};

  static Verdict consume(const PacketView&, State&, AnalyzerContext&) noexcept { return Verdict::kDone; }
};

inline bool over_tcp(const PacketView& packet) noexcept { return packet.key.protocol == kProtocolTcp; }
inline bool over_udp(const PacketView& packet) noexcept { return packet.key.protocol == kProtocolUdp; }
inline bool on_port(const PacketView& packet, std::uint16_t port) noexcept {
  return packet.key.lo_port == port || packet.key.hi_port == port;
}

/// Bytes that belong to the datagram are missing: the snap length, or a datagram in fragments.
inline bool is_cut(const PacketView& packet) noexcept {
  return packet.payload_captured_bytes < packet.payload_bytes || packet.is(PacketView::kFlagSnapped) ||
         packet.is(PacketView::kFlagFirstFragment);
}

/// What a probe says of a message of which bytes are missing: over TCP they may still come.
inline Verdict unless_more_comes(const PacketView& packet) noexcept {
  return over_tcp(packet) ? Verdict::kNeedMore : Verdict::kNotMine;
}
inline Verdict mine_if(bool mine) noexcept { return mine ? Verdict::kDone : Verdict::kNotMine; }
/// What a probe that knows its protocol by a message's header says: mine when the whole message is there, which over
/// UDP is the datagram. Of a long one its beginning is enough.
inline Verdict mine_when_whole(const PacketView& packet, std::size_t message_bytes) noexcept {
  constexpr std::size_t kEnoughBytes = 2048;
  if (over_tcp(packet))
    return packet.payload().size() >= std::min(message_bytes, kEnoughBytes) ? Verdict::kDone : Verdict::kNeedMore;
  return mine_if(packet.payload_bytes == message_bytes);
}

/// Whether text begins with token, or may do so when more of it is there.
inline bool may_begin_with(std::string_view text, std::string_view token) noexcept {
  const std::size_t size = std::min(text.size(), token.size());
  return text.substr(0, size) == token.substr(0, size);
}

inline constexpr char ascii_lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }
inline bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept {
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return ascii_lower(x) == ascii_lower(y); });
}
/// Printable ASCII and tabs.
inline bool is_plain_text(std::string_view text) noexcept {
  return std::all_of(text.begin(), text.end(), [](char c) { return (c >= ' ' && c <= '~') || c == '\t'; });
}

}  // namespace netpulse
