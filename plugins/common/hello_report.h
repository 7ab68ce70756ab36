#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "engine/analysis/analyzer_context.h"
#include "plugins/common/certificate.h"
#include "plugins/common/client_hello.h"
#include "plugins/common/fingerprint_memo.h"

namespace netpulse {

/// The analyzer's indices of the report lists that hellos fill.
struct HelloLists {
  std::size_t server_name, alpn, ja3, ja3s, ja4;
};

/// How much a ClientHello says of the server's name.
enum class SniKind : std::uint8_t { kVisible, kEchOuter, kAbsent };
/// By SniKind: values of a label of the handshake counters.
inline constexpr std::array<std::string_view, 3> kTlsSniLabels{"visible", "ech_outer", "absent"};

/// Puts names and fingerprints of a ClientHello into the report's lists; if it is the flow's first one, also into its
/// cold record (with the highest version offered, and the first protocol), and sets the server name.
SniKind report_client_hello(const ClientHello& hello, Ja4Transport transport, bool first, const HelloLists& lists,
                            FingerprintMemo& fingerprints, AnalyzerContext& context) noexcept;
/// The same for a ServerHello: version, cipher, JA3S and, where it is in clear, the ALPN protocol chosen.
void report_server_hello(const ServerHello& hello, const HelloLists& lists, FingerprintMemo& fingerprints,
                         AnalyzerContext& context) noexcept;
/// The certificate's names become attributes of the flow, and its host name where the flow has no better one.
void report_certificate(const CertificateNames& names, AnalyzerContext& context) noexcept;

}  // namespace netpulse
