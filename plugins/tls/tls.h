#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "engine/analysis/analyzer.h"

namespace netpulse {

/// Values of the labels of netpulse_tls_handshakes_total.
inline constexpr std::array<std::string_view, 6> kTlsVersionLabels{"1.3", "1.2", "1.1", "1.0", "ssl3", "unknown"};
inline constexpr std::array<std::string_view, 3> kTlsSniLabels{"visible", "ech_outer", "absent"};

/// The plaintext beginning of TLS over TCP, on any port: server name, ALPN, versions, cipher, JA3, JA3S, JA4, ECH.
///
/// Reads both directions from their first byte until each has given its hello, a second pair after a
/// HelloRetryRequest. The flow's fingerprint is that of the first ClientHello; the report's lists hold them all.
/// kMalformed on lengths that contradict each other. A flow picked up in the middle is recognised by its records and
/// given up at once: nothing can be found in it.
/// Source: RFC 8446, RFC 5246, RFC 6066 section 3, RFC 7301, RFC 9849.
struct Tls {
  struct State {
    std::uint8_t hellos[2];      ///< hello messages handled of the stream now held, by Direction
    std::uint8_t side_done[2];   ///< nothing more is expected from this Direction
    std::uint8_t any_hello;      ///< of whatever kind
    std::uint8_t client_hello;   ///< one was seen
    std::uint8_t retry;          ///< a HelloRetryRequest was seen
    std::uint8_t sni;            ///< index into kTlsSniLabels
    std::uint8_t calls_waiting;  ///< payloads of a side that was done
    std::uint16_t version;       ///< chosen, else the highest offered; 0: no hello yet
  };

  static constexpr std::string_view kName = "tls";
  static constexpr std::string_view kNameSource = "tls_sni";
  static constexpr Input kInput = Input::kStreamPrefix;
  static constexpr bool kStateOverUdp = false;
  static constexpr bool kEncrypted = true;
  static constexpr std::array<Pattern, 2> kPatterns{
      Pattern{R"(^[\x14-\x17]\x03[\x00-\x04])"},
      // An SSL 2.0 ClientHello, as old clients sent to offer SSL 3.0 and TLS (RFC 5246 appendix E.2).
      Pattern{R"(^[\x80-\xff].\x01(\x03[\x00-\x03]|\x00\x02))"}};
  static constexpr std::array<PortRange, 0> kPorts{};

  static constexpr std::size_t kListServerName = 0, kListAlpn = 1, kListJa3 = 2, kListJa3s = 3, kListJa4 = 4;
  static constexpr std::array<std::string_view, 5> kNameLists{"tls_server_name", "alpn", "ja3", "ja3s", "ja4"};

  /// Handshakes by version and server name, then the two below.
  static constexpr std::size_t kCounterMalformed = kTlsVersionLabels.size() * kTlsSniLabels.size();
  static constexpr std::size_t kCounterIncomplete = kCounterMalformed + 1;
  static constexpr auto kCounters = [] {
    std::array<MetricDescription, kCounterIncomplete + 1> counters{};
    std::size_t i = 0;
    for (const std::string_view version : kTlsVersionLabels)
      for (const std::string_view sni : kTlsSniLabels)
        counters[i++] = {"netpulse_tls_handshakes_total",
                         "TLS handshakes whose ClientHello was seen.",
                         "version",
                         version,
                         "sni",
                         sni};
    counters[i++] = {"netpulse_tls_malformed_total", "TLS handshake messages or records that contradict themselves."};
    counters[i++] = {"netpulse_tls_incomplete_total", "TLS hellos cut by lost segments or by the stream prefix."};
    return counters;
  }();
  static constexpr std::array<MetricDescription, 0> kHistograms{};

  static Verdict probe(const PacketView& packet) noexcept;
  static Verdict consume(const PacketView& packet, State& state, AnalyzerContext& context) noexcept;
};

}  // namespace netpulse
