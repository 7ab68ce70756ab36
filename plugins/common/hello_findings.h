#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "engine/analysis/analyzer_context.h"
#include "plugins/common/certificate.h"
#include "plugins/common/client_hello.h"
#include "plugins/common/fingerprint.h"

namespace netpulse {

/// What a ClientHello lets see of the server's name: label of the handshake counters.
enum SniKind : std::uint8_t { kSniVisible, kSniEchOuter, kSniAbsent };
inline constexpr std::array<std::string_view, 3> kTlsSniLabels{"visible", "ech_outer", "absent"};
SniKind sni_kind(const ClientHello& hello) noexcept;

/// Indices into an analyzer's kNameLists.
struct HelloLists {
  std::size_t server_name, alpn, ja3, ja3s, ja4;
};

/// Lists the names and fingerprints of a ClientHello. If it is the flow's first one they also become the flow's: server
/// name, ALPN (the first one offered), JA3, JA4, ECH, and the highest version offered.
void report_client_hello(const ClientHello& hello, Ja4Transport transport, const HelloLists& lists, bool first,
                         AnalyzerContext& context) noexcept;
/// Lists fingerprint and ALPN of a ServerHello; version, cipher, JA3S and the chosen ALPN become the flow's.
void report_server_hello(const ServerHello& hello, const HelloLists& lists, AnalyzerContext& context) noexcept;
/// The certificate's names become attributes of the flow, and its name where it has no better one.
void report_certificate(const CertificateNames& names, AnalyzerContext& context) noexcept;

}  // namespace netpulse
