#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "engine/analysis/analyzer.h"
#include "plugins/common/hello_report.h"

namespace netpulse {

/// Values of the label of netpulse_dtls_handshakes_total.
inline constexpr std::array<std::string_view, 4> kDtlsVersionLabels{"1.3", "1.2", "1.0", "unknown"};

/// The plaintext beginning of DTLS, on any UDP port: what Tls finds, out of datagrams.
///
/// Records and handshake fragments in any order; a ClientHello that comes again with the cookie of a
/// HelloVerifyRequest is the same one. Fragments are put together one message at a time: what is missed comes again
/// with the flight. Datagrams of the protocols that share a port with DTLS (STUN, TURN channels, QUIC) are passed over;
/// the first one that can be RTP hands the flow over, and where SRTP is not on offer the flow is done with the
/// handshake. A flow picked up in the middle is recognised by its records and given up at once. Source: RFC 6347, RFC
/// 9147, RFC 5764, RFC 7983, RFC 9443.
struct Dtls {
  struct State {
    Timestamp client_hello_at;
    std::uint16_t version;           ///< chosen, else the highest offered; 0: no hello yet
    std::uint16_t message_seq[2];    ///< of the message in assembly, by Direction
    std::uint16_t message_bytes[2];  ///< its length; 0: none is in assembly
    std::uint8_t message_type[2];
    std::uint8_t encrypts[2];                              ///< this Direction has begun to encrypt
    std::uint8_t client_hello, server_hello, certificate;  ///< was seen
    std::uint8_t client_direction;
    std::uint8_t srtp;   ///< use_srtp is agreed on, or offered as far as can be seen
    std::uint8_t sni;    ///< SniKind
    std::uint8_t over;   ///< the handshake
    std::uint8_t calls;  ///< datagrams so far
  };
  using PerWorker = FingerprintMemo;

  static constexpr std::string_view kName = "dtls";
  static constexpr std::string_view kNameSource = "dtls_sni";
  static constexpr Input kInput = Input::kDatagram;
  static constexpr bool kStateOverUdp = true;
  static constexpr bool kEncrypted = true;
  static constexpr std::array<Pattern, 1> kPatterns{Pattern{R"(^[\x14-\x17]\xfe[\xfd\xff]\x00)"}};
  static constexpr std::array<PortRange, 0> kPorts{};

  static constexpr std::size_t kListServerName = 0, kListAlpn = 1, kListJa3 = 2, kListJa3s = 3, kListJa4 = 4;
  static constexpr std::array<std::string_view, 5> kNameLists{"dtls_server_name", "dtls_alpn", "dtls_ja3", "dtls_ja3s",
                                                              "ja4"};

  static constexpr std::size_t kCounterMalformed = kDtlsVersionLabels.size() * kTlsSniLabels.size();
  static constexpr std::size_t kCounterIncomplete = kCounterMalformed + 1;
  static constexpr auto kCounters = [] {
    std::array<MetricDescription, kCounterIncomplete + 1> counters{};
    std::size_t i = 0;
    for (const std::string_view version : kDtlsVersionLabels)
      for (const std::string_view sni : kTlsSniLabels)
        counters[i++] = {
            "netpulse_dtls_handshakes_total", "DTLS handshakes with both hellos seen.", "version", version, "sni", sni};
    counters[i++] = {"netpulse_dtls_malformed_total", "DTLS handshake messages or records that contradict themselves."};
    counters[i++] = {"netpulse_dtls_incomplete_total", "DTLS handshake messages too long to be put together."};
    return counters;
  }();
  /// From the first ClientHello to the datagram with which both sides have begun to encrypt.
  static constexpr std::array<MetricDescription, 1> kHistograms{MetricDescription{
      "netpulse_dtls_handshake_seconds", "DTLS handshakes from ClientHello to Finished, at the tap."}};

  static Verdict probe(const PacketView& packet) noexcept;
  static Verdict consume(const PacketView& packet, State& state, AnalyzerContext& context) noexcept;
};

}  // namespace netpulse
