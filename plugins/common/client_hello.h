#pragma once

#include <algorithm>
#include <cstdint>
#include <string_view>

#include "engine/base/bytes.h"

namespace netpulse {

/// HandshakeType of the messages read here (RFC 8446 section 4).
inline constexpr std::uint8_t kHandshakeClientHello = 1;
inline constexpr std::uint8_t kHandshakeServerHello = 2;
inline constexpr std::uint8_t kHandshakeCertificate = 11;

/// ExtensionType values (IANA, TLS ExtensionType Values).
inline constexpr std::uint16_t kExtensionServerName = 0x0000;
inline constexpr std::uint16_t kExtensionSupportedGroups = 0x000a;
inline constexpr std::uint16_t kExtensionEcPointFormats = 0x000b;
inline constexpr std::uint16_t kExtensionSignatureAlgorithms = 0x000d;
inline constexpr std::uint16_t kExtensionUseSrtp = 0x000e;
inline constexpr std::uint16_t kExtensionAlpn = 0x0010;
inline constexpr std::uint16_t kExtensionSupportedVersions = 0x002b;
inline constexpr std::uint16_t kExtensionEncryptedClientHello = 0xfe0d;

/// Reserved values that clients send to keep servers tolerant: 0x0a0a, 0x1a1a, ... 0xfafa (RFC 8701 section 2).
constexpr bool is_grease(std::uint16_t value) noexcept {
  return (value & 0x0f0f) == 0x0a0a && value >> 8 == (value & 0xff);
}

/// A ClientHello as views into its message; valid as long as those bytes are.
/// Every list is checked: the for_each functions below can walk it without failing.
struct ClientHello {
  std::uint16_t legacy_version = 0;
  bool has_server_name = false;  ///< the extension is there, even if it names nobody
  bool has_ech = false;          ///< real or GREASE: the two cannot be told apart from outside
  bool has_use_srtp = false;     ///< DTLS-SRTP (RFC 5764 section 4.1.1)
  /// An extension read here contradicts itself; it counts as absent.
  bool bad_extension = false;
  Bytes cipher_suites;         ///< 16-bit values
  Bytes extensions;            ///< in the order sent
  Bytes server_names;          ///< ServerNameList (RFC 6066 section 3)
  Bytes alpn_protocols;        ///< ProtocolNameList (RFC 7301 section 3.1)
  Bytes supported_versions;    ///< 16-bit values
  Bytes supported_groups;      ///< 16-bit values
  Bytes ec_point_formats;      ///< 8-bit values
  Bytes signature_algorithms;  ///< 16-bit values

  /// The highest TLS version offered that is 0x0300 to 0x0304, or of DTLS 0xfefc to 0xfeff, which counts downwards;
  /// legacy_version where supported_versions is absent or holds none of them.
  std::uint16_t version_offered() const noexcept;
  /// The first host_name of 1 to 255 bytes, raw; empty if there is none.
  std::string_view server_name() const noexcept;
};

/// A ServerHello, likewise.
struct ServerHello {
  std::uint16_t legacy_version = 0;
  std::uint16_t selected_version = 0;  ///< supported_versions, 0 if absent: TLS 1.2 or older
  std::uint16_t cipher_suite = 0;
  bool is_hello_retry_request = false;  ///< RFC 8446 section 4.1.3
  bool has_use_srtp = false;            ///< only in clear up to DTLS 1.2
  bool bad_extension = false;
  Bytes extensions;
  std::string_view alpn;  ///< chosen protocol; only in clear up to TLS 1.2

  std::uint16_t version() const noexcept { return selected_version != 0 ? selected_version : legacy_version; }
};

/// How a handshake message is framed; DTLS adds a cookie to the ClientHello (RFC 6347 section 4.2.1).
enum class HelloForm : std::uint8_t { kTls, kDtls };

/// Reads the body of a whole ClientHello (behind the 4-byte handshake header). False: a length contradicts its
/// container. Source: RFC 8446 section 4.1.2, RFC 5246 section 7.4.1.2.
bool parse_client_hello(Bytes body, ClientHello& hello, HelloForm form = HelloForm::kTls) noexcept;
/// Reads the body of a whole ServerHello, likewise. Source: RFC 8446 section 4.1.3.
bool parse_server_hello(Bytes body, ServerHello& hello) noexcept;

/// visit(std::uint16_t) for each value.
template <class Visit>
void for_each_u16(Bytes values, Visit visit) {
  for (std::size_t i = 0; i + 1 < values.size(); i += 2)
    visit(static_cast<std::uint16_t>(values[i] << 8 | values[i + 1]));
}
/// visit(std::uint16_t type, Bytes data) for each extension, in order.
template <class Visit>
void for_each_extension(Bytes extensions, Visit visit) {
  constexpr std::size_t kHeaderBytes = 4;
  for (Bytes rest = extensions; rest.size() >= kHeaderBytes;) {
    const auto type = static_cast<std::uint16_t>(rest[0] << 8 | rest[1]);
    const std::size_t length = std::min<std::size_t>(rest[2] << 8 | rest[3], rest.size() - kHeaderBytes);
    visit(type, rest.subspan(kHeaderBytes, length));
    rest = rest.subspan(kHeaderBytes + length);
  }
}
/// visit(std::string_view) for each protocol of an ALPN list.
template <class Visit>
void for_each_alpn(Bytes protocols, Visit visit) {
  ByteCursor cursor(protocols);
  while (!cursor.at_end()) visit(as_text(cursor.take_u8_length()));
}
/// visit(std::string_view) for each host_name of a ServerNameList; entries of other types are passed over.
template <class Visit>
void for_each_server_name(Bytes names, Visit visit) {
  ByteCursor cursor(names);
  while (!cursor.at_end()) {
    const bool is_host_name = cursor.u8() == 0;
    const Bytes name = cursor.take_u16_length();
    if (is_host_name) visit(as_text(name));
  }
}

}  // namespace netpulse
