#include "plugins/discovery/discovery.h"

namespace netpulse {

Verdict WsDiscovery::probe(const PacketView& packet) noexcept {
  // The envelope's namespaces come first, and tell: SOAP's, and that of one of the versions of WS-Discovery.
  constexpr std::size_t kLookedAtBytes = 1400;
  const std::string_view text = as_text(packet.payload()).substr(0, kLookedAtBytes);
  const std::size_t envelope = text.find("Envelope");
  if (!over_udp(packet) || !text.starts_with('<') || envelope == std::string_view::npos) return Verdict::kNotMine;
  const auto names = [&](std::string_view version) { return text.find(version, envelope) != std::string_view::npos; };
  if (!text.ends_with("Envelope>") && !is_cut(packet) && packet.payload_bytes <= kLookedAtBytes)
    return Verdict::kNotMine;
  return mine_if(names("/ws/2005/04/discovery") || names("/ws-dd/ns/discovery/2009/01"));
}

Verdict SpotifyLan::probe(const PacketView& packet) noexcept {
  // Mark, id, version 1, bytes behind the fixed part.
  constexpr std::string_view kMark = "SpotUdp0";
  constexpr std::size_t kIdBytes = 8, kFixedBytes = 40;
  constexpr std::uint16_t kVersion = 1;
  ByteCursor cursor(packet.payload());
  const Bytes mark = cursor.take(kMark.size());
  cursor.skip(kIdBytes);
  const std::uint16_t version = cursor.u16(), more = cursor.u16();
  return mine_if(over_udp(packet) && !cursor.failed() && as_text(mark) == kMark && version == kVersion &&
                 packet.payload_bytes == kFixedBytes + more);
}

Verdict Speedtest::probe(const PacketView& packet) noexcept {
  // "HELLO 2.9 (2.9.2) 2021-11-30.2159.fafe1e0": version, perhaps the full version, day and build.
  constexpr std::string_view kGreeting = "HELLO ";
  constexpr std::size_t kLineBytesMax = 128, kDayBytes = 10;
  const std::string_view text = as_text(packet.payload());
  if (!over_tcp(packet) || !may_begin_with(text, kGreeting)) return Verdict::kNotMine;
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos) return text.size() > kLineBytesMax ? Verdict::kNotMine : Verdict::kNeedMore;
  const std::string_view line = text.substr(0, end);
  if (end + 1 != text.size() || !is_plain_text(line)) return Verdict::kNotMine;
  const std::size_t last = line.rfind(' ');
  const std::string_view build = line.substr(last + 1);
  const auto digits = [](std::string_view part) {
    return std::all_of(part.begin(), part.end(), [](char c) { return c >= '0' && c <= '9'; });
  };
  return mine_if(last > kGreeting.size() && build.size() > kDayBytes && digits(build.substr(0, 4)) && build[4] == '-' &&
                 digits(build.substr(5, 2)) && build[7] == '-' && digits(build.substr(8, 2)));
}

}  // namespace netpulse
