#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/base/time.h"

struct ssl_ctx_st;

namespace netpulse {

/// What the server proves itself with, ready for connections: TLS 1.2 and 1.3, forward secrecy and AEAD ciphers only,
/// ALPN http/1.1, no renegotiation, no compression.
struct TlsIdentity {
  std::shared_ptr<ssl_ctx_st> context;  ///< OpenSSL's SSL_CTX
  Timestamp not_before, not_after;      ///< of the server's own certificate
};

/// Reads a certificate (PEM, followed by those of its issuers) and its key (PEM, not encrypted). Errors name the file
/// and what to do: not readable, no certificate in it, key encrypted, of another certificate, too weak for OpenSSL.
/// Adds to notes if others can read the key.
Result<TlsIdentity> load_tls_identity(const std::string& certificate_path, const std::string& key_path,
                                      std::vector<std::string>& notes);

/// What to know of its dates: expired, not valid yet, or ending within 14 days. Empty if nothing.
std::string validity_note(const TlsIdentity& identity, const std::string& certificate_path, Timestamp now);

}  // namespace netpulse
