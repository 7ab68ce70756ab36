#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "engine/analysis/analyzer.h"
#include "plugins/common/hello_report.h"

namespace netpulse {

/// Values of the labels of netpulse_tls_handshakes_total.
inline constexpr std::array<std::string_view, 6> kTlsVersionLabels{"1.3", "1.2", "1.1", "1.0", "ssl3", "unknown"};

/// The plaintext beginning of TLS over TCP, on any port: server name, ALPN, versions, cipher, JA3, JA3S, JA4, ECH, the
/// names in the server's certificate up to TLS 1.2, and how long the handshake takes.
///
/// Reads both directions from their first byte until each has given its hello, a second pair after a
/// HelloRetryRequest, and the server's on to its certificate; of what follows only the record headers, until both
/// sides encrypt. The flow's fingerprint is that of the first ClientHello; the report's lists hold them all.
/// kMalformed on lengths that contradict each other. A flow picked up in the middle is recognised by its records and
/// given up at once: nothing can be found in it.
/// Source: RFC 8446, RFC 5246, RFC 6066 section 3, RFC 7301, RFC 9849.
struct Tls {
  struct State {
    Timestamp client_hello_at;        ///< of the first one
    std::uint16_t version;            ///< chosen, else the highest offered; 0: no hello yet
    std::uint16_t record_rest[2];     ///< bytes to come of a record that is passed over, by Direction
    std::uint8_t record_type[2];      ///< of that record
    std::uint8_t hellos[2];           ///< hello messages handled of the stream now held
    std::uint8_t side_read[2];        ///< nothing in clear is expected from this Direction any more
    std::uint8_t ciphers_changed[2];  ///< it has sent its ChangeCipherSpec
    std::uint8_t any_hello;           ///< of whatever kind
    std::uint8_t client_hello;        ///< one was seen
    std::uint8_t server_hello;        ///< one was seen that is no HelloRetryRequest
    std::uint8_t client_direction;    ///< who has sent the ClientHello
    std::uint8_t retry;               ///< a HelloRetryRequest was seen
    std::uint8_t sni;                 ///< SniKind
    std::uint8_t counted;             ///< the handshake is in the counters
    std::uint8_t calls_waiting;       ///< payloads of a side that was read
  };
  using PerWorker = FingerprintMemo;

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
        counters[i++] = {
            "netpulse_tls_handshakes_total",
            "TLS handshakes over TCP whose ClientHello was seen and answered, by the version chosen and the "
            "server name: visible; ech_outer, the public name in front of an encrypted ClientHello; absent.",
            "version",
            version,
            "sni",
            sni};
    counters[i++] = {"netpulse_tls_malformed_total", "TLS handshake messages or records that contradict themselves."};
    counters[i++] = {"netpulse_tls_incomplete_total", "TLS hellos cut by lost segments or by the stream prefix."};
    return counters;
  }();
  /// From the last byte of the first ClientHello to the last byte of the record with which both sides have begun to
  /// encrypt: the second ChangeCipherSpec up to TLS 1.2, the client's Finished in TLS 1.3 (not where early data hide
  /// it).
  static constexpr std::array<MetricDescription, 1> kHistograms{
      MetricDescription{"netpulse_tls_handshake_seconds", "TLS handshakes from ClientHello to Finished, at the tap."}};

  static Verdict probe(const PacketView& packet) noexcept;
  static Verdict consume(const PacketView& packet, State& state, AnalyzerContext& context) noexcept;
};

}  // namespace netpulse
