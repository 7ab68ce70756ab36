#pragma once

#include <cstdint>
#include <string_view>

#include "engine/base/bytes.h"
#include "engine/flow/flow_record.h"

namespace netpulse {

/// The names of an X.509 certificate, as its bytes have them; long ones are cut.
struct CertificateNames {
  /// commonName of the subject; where there is none, the subject's other attributes as "C=.., O=..".
  InlineText<255> subject;
  /// dNSName entries of subjectAltName, kCertificateDnsNamesMax at most, joined by commas.
  InlineText<255> dns_names;

  /// The name a host of this certificate goes by: the first DNS name, else a commonName that reads like one; maybe a
  /// wildcard; empty if there is none.
  std::string_view host_name() const noexcept;
};

inline constexpr std::size_t kCertificateDnsNamesMax = 8;

/// Reads the names out of a DER certificate; signatures and validity are not looked at. False if it is none. No
/// allocation. Source: RFC 5280 sections 4.1 and 4.2.1.6.
bool read_certificate(Bytes der, CertificateNames& names) noexcept;

enum class CertificateStatus : std::uint8_t { kRead, kNeedMore, kAbsent, kMalformed };

/// Reads the server's own certificate, which is the first one, out of a Certificate message of TLS 1.2 or older.
/// body: what there is by now of the message behind its header.
/// kAbsent: the list is empty. Source: RFC 5246 section 7.4.2.
CertificateStatus read_certificate_message(Bytes body, CertificateNames& names) noexcept;

}  // namespace netpulse
