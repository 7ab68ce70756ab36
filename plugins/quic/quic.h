#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "engine/analysis/analyzer.h"
#include "engine/analysis/stream_pool.h"
#include "plugins/common/fingerprint_memo.h"
#include "plugins/quic/frames.h"
#include "plugins/quic/initial_keys.h"
#include "plugins/quic/packet_protection.h"
#include "plugins/quic/version.h"

namespace netpulse {

/// Values of the other labels of the QUIC counters.
inline constexpr std::array<std::string_view, 4> kQuicInitialLabels{"read", "undecryptable", "malformed", "too_small"};
inline constexpr std::array<std::string_view, 4> kQuicSniLabels{"visible", "ech_outer", "absent", "ambiguous"};
inline constexpr std::array<std::string_view, 3> kQuicRetryLabels{"valid", "invalid", "unchecked"};

/// What a worker keeps for all its QUIC flows.
struct QuicWorker {
  QuicKeySchedule schedule;
  QuicPacketProtection protection;
  CryptoFragments fragments;
  StreamBuffer joined;  ///< the CRYPTO frames of one packet
  FingerprintMemo fingerprints;
};

/// The beginning of QUIC connections on any UDP port, as far as their Initial packets show it: server name, ALPN,
/// cipher, JA3, JA3S, JA4, ECH, Google's user agent. v1, v2, the later drafts, mvfst and gQUIC; an unknown version is
/// tried with the known salts a few times.
///
/// CRYPTO frames may come in any order, cut anywhere, over several packets. Keys are trusted because a packet's tag
/// fits them: so it does not matter whether the connection ID changed by a Retry, by Version Negotiation or by the
/// server. A ClientHello of which two versions overlap is counted as ambiguous, and nothing of it is reported: the
/// server may have read the other one. Done when the handshake is over; a flow without both hellos after a bounded
/// number of packets.
/// Source: RFC 8999, RFC 9000, RFC 9001, RFC 9368, RFC 9369.
struct Quic {
  struct State {
    /// The client's first Initial packet that could be opened; not known: none has come, or it had no time.
    Timestamp client_initial_at;
    /// Of the client's first Initial packet that could be opened: all Initial keys follow from it.
    std::array<std::uint8_t, kQuicConnectionIdBytesMax> destination_id;
    std::uint8_t destination_id_bytes;
    std::uint8_t flags, timing_flags;
    std::uint8_t calls;            ///< datagrams since the last progress
    std::uint8_t failures;         ///< Initial packets that did not open
    std::uint8_t pieces;           ///< Initial packets that brought a part of the message awaited
    std::uint8_t trial_salt;       ///< of an unknown version: 1 + QuicSalt; 0: none found
    std::uint16_t crypto_base[2];  ///< bytes of handshake messages read, by Direction
  };
  using PerWorker = QuicWorker;

  static constexpr std::string_view kName = "quic";
  static constexpr std::string_view kNameSource = "quic_sni";
  static constexpr Input kInput = Input::kDatagram;
  static constexpr bool kStateOverUdp = true;
  static constexpr bool kEncrypted = true;
  static constexpr std::array<Pattern, 3> kPatterns{
      // Long headers of v1, v2, drafts, mvfst, gQUIC, and Version Negotiation.
      Pattern{R"(^[\x80-\xff](\x00\x00\x00[\x00\x01]|\x6b\x33\x43\xcf|\x70\x9a\x50\xc4|\xff\x00\x00[\x16-\x22]|)"
              R"(\xfa\xce\xb0|Q0[45]|T05))"},
      Pattern{R"(^[\xc0-\xff][\x0a\x1a\x2a\x3a\x4a\x5a\x6a\x7a\x8a\x9a\xaa\xba\xca\xda\xea\xfa]{4})"},
      Pattern{R"(^[\x09\x0d\x19\x1d\x29\x2d\x39\x3d].{8}Q0[2-4][0-9])"}};
  static constexpr std::uint16_t kPortHttps = 443;
  static constexpr std::array<PortRange, 1> kPorts{PortRange{17, kPortHttps, kPortHttps}};

  static constexpr std::size_t kListServerName = 0, kListAlpn = 1, kListJa3 = 2, kListJa3s = 3, kListJa4 = 4;
  static constexpr std::array<std::string_view, 5> kNameLists{"quic_server_name", "alpn", "ja3", "ja3s", "ja4"};

  static constexpr std::size_t kCounterHellos = kQuicVersionLabels.size() * kQuicInitialLabels.size();
  static constexpr std::size_t kCounterRetries = kCounterHellos + kQuicSniLabels.size();
  static constexpr std::size_t kCounterNegotiations = kCounterRetries + kQuicRetryLabels.size();
  static constexpr std::size_t kCounterIncomplete = kCounterNegotiations + 1;
  static constexpr auto kCounters = [] {
    std::array<MetricDescription, kCounterIncomplete + 1> counters{};
    std::size_t i = 0;
    for (const std::string_view version : kQuicVersionLabels)
      for (const std::string_view result : kQuicInitialLabels)
        counters[i++] = {"netpulse_quic_initials_total",
                         "QUIC Initial packets that were looked at, by version and by what came of it.",
                         "version",
                         version,
                         "result",
                         result};
    for (const std::string_view sni : kQuicSniLabels)
      counters[i++] = {"netpulse_quic_client_hellos_total",
                       "First ClientHellos of QUIC connections, by the server name: as in "
                       "netpulse_tls_handshakes_total; ambiguous where packets contradict each other.",
                       "sni", sni};
    for (const std::string_view result : kQuicRetryLabels)
      counters[i++] = {"netpulse_quic_retries_total", "QUIC Retry packets, by their integrity tag.", "result", result};
    counters[i++] = {"netpulse_quic_version_negotiations_total", "QUIC Version Negotiation packets."};
    counters[i++] = {"netpulse_quic_incomplete_total", "QUIC flows given up without a ClientHello."};
    return counters;
  }();
  /// kHistogramHandshake: from the client's first Initial packet to its first one with a short header, once both hellos
  /// were seen. That one is protected with 1-RTT keys, which the client cannot have before it has read the server's
  /// Finished (RFC 8446 section 7.1, RFC 9001 section 5.7), and comes with its own or at once behind it: no more of the
  /// end can be seen from outside. Its form does not depend on the version (RFC 8999 section 5.2), and early data have
  /// a long header. A Retry, a HelloRetryRequest and Version Negotiation are part of the time. kHistogramInitialRtt:
  /// from that Initial packet to the server's first answer, an Initial packet or a Retry: the way from the place of
  /// capture to the server and back. None where the client sent its hello again before that (Karn's algorithm).
  static constexpr std::size_t kHistogramHandshake = 0, kHistogramInitialRtt = 1;
  static constexpr std::array<MetricDescription, 2> kHistograms{
      MetricDescription{
          "netpulse_quic_handshake_seconds",
          "QUIC handshakes from the client's first Initial packet to its first 1-RTT packet, at the tap."},
      MetricDescription{"netpulse_quic_initial_rtt_seconds",
                        "From a QUIC client's first Initial packet to the server's first answer, at the tap."}};

  static Verdict probe(const PacketView& packet) noexcept;
  static Verdict consume(const PacketView& packet, State& state, AnalyzerContext& context) noexcept;
};

}  // namespace netpulse
