#include "exporters/web/tls_identity.h"

#include <fmt/core.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <string_view>
#include <utility>

#include "engine/base/text.h"
#include "engine/base/time_text.h"
#include "exporters/web/small_file.h"

namespace netpulse {
namespace {

constexpr int kChainMax = 16;
constexpr std::int64_t kNanoseconds = 1'000'000'000;
/// A Timestamp ends in the year 2262, the certificates of some devices in 9999.
constexpr std::int64_t kSecondsMax = 9'000'000'000;
constexpr std::int64_t kExpiryNoteSeconds = 14 * 24 * 3600;
/// TLS 1.2; those of 1.3 are all good.
constexpr const char* kCiphers = "ECDHE+AESGCM:ECDHE+CHACHA20";
constexpr std::array<unsigned char, 9> kAlpn{8, 'h', 't', 't', 'p', '/', '1', '.', '1'};

using Bio = std::unique_ptr<BIO, decltype(&BIO_free)>;
using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;
using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Context = std::shared_ptr<SSL_CTX>;

Bio bio_of(const std::string& text) { return {BIO_new_mem_buf(text.data(), static_cast<int>(text.size())), BIO_free}; }

std::string openssl_reason() {
  const unsigned long code = ERR_peek_last_error();
  const char* reason = ERR_reason_error_string(code);
  ERR_clear_error();
  return reason == nullptr ? "not readable" : printable(reason);
}

/// Nobody is asked for a pass phrase.
int no_pass_phrase(char*, int, int, void*) { return 0; }

int select_alpn(SSL*, const unsigned char** out, unsigned char* out_bytes, const unsigned char* offered,
                unsigned offered_bytes, void*) {
  unsigned char* chosen = nullptr;
  const int result = SSL_select_next_proto(&chosen, out_bytes, kAlpn.data(), kAlpn.size(), offered, offered_bytes);
  *out = chosen;
  return result == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

Context new_context() {
  Context context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  if (context == nullptr) return context;
  SSL_CTX* c = context.get();
  static constexpr std::string_view kSessions = "netpulse";
  const bool set = SSL_CTX_set_min_proto_version(c, TLS1_2_VERSION) == 1 && SSL_CTX_set_cipher_list(c, kCiphers) == 1 &&
                   SSL_CTX_set_session_id_context(c, reinterpret_cast<const unsigned char*>(kSessions.data()),
                                                  kSessions.size()) == 1;
  if (!set) return nullptr;
  SSL_CTX_set_options(
      c, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
  // Tickets serve; a cache on this side would grow.
  SSL_CTX_set_session_cache_mode(c, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_mode(c, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_ENABLE_PARTIAL_WRITE);
  SSL_CTX_set_alpn_select_cb(c, select_alpn, nullptr);
  return context;
}

Error bad_certificate(const std::string& path, const std::string& reason) {
  return {
      fmt::format("{} (tls_certificate in [http]) {}; give the PEM file with the server's certificate first and its "
                  "issuers after it",
                  path, reason)};
}

Error bad_key(const std::string& path, const std::string& reason) { return {path + " (tls_key in [http]) " + reason}; }

Timestamp time_of(const ASN1_TIME* time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return {};
  return {std::clamp<std::int64_t>(::timegm(&parts), -kSecondsMax, kSecondsMax) * kNanoseconds};
}

Result<void> use_certificates(TlsIdentity& identity, const std::string& text, const std::string& path) {
  const Bio bio = bio_of(text);
  SSL_CTX* context = identity.context.get();
  const Certificate first(PEM_read_bio_X509_AUX(bio.get(), nullptr, no_pass_phrase, nullptr), X509_free);
  if (first == nullptr) {
    ERR_clear_error();
    const bool key = text.find("PRIVATE KEY-----") != std::string::npos;
    return bad_certificate(path, key ? "holds a key and no certificate" : "holds no certificate in PEM form");
  }
  if (SSL_CTX_use_certificate(context, first.get()) != 1)
    return bad_certificate(path, "is refused: " + openssl_reason());
  identity.not_before = time_of(X509_get0_notBefore(first.get()));
  identity.not_after = time_of(X509_get0_notAfter(first.get()));
  for (int i = 0; i < kChainMax; ++i) {
    Certificate issuer(PEM_read_bio_X509(bio.get(), nullptr, no_pass_phrase, nullptr), X509_free);
    if (issuer == nullptr) break;
    if (SSL_CTX_add1_chain_cert(context, issuer.get()) != 1)
      return bad_certificate(path, "has an issuer that is refused: " + openssl_reason());
  }
  ERR_clear_error();  // the end of the file is one
  return {};
}

Result<void> use_key(SSL_CTX* context, const std::string& text, const std::string& path,
                     const std::string& certificate_path) {
  if (text.find("ENCRYPTED") != std::string::npos)
    return bad_key(path,
                   "is encrypted, and there is nobody to ask for its pass phrase; decrypt it with: openssl pkey -in " +
                       path + " -out NEW, and chmod 600 NEW");
  const Bio bio = bio_of(text);
  const Key key(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_pass_phrase, nullptr), EVP_PKEY_free);
  if (key == nullptr) {
    ERR_clear_error();
    const bool certificate = text.find("BEGIN CERTIFICATE") != std::string::npos;
    return bad_key(path, std::string(certificate ? "holds a certificate and no key" : "holds no key in PEM form") +
                             "; give the file with the key of " + certificate_path);
  }
  if (X509_check_private_key(SSL_CTX_get0_certificate(context), key.get()) != 1) {
    ERR_clear_error();
    return bad_key(
        path, "is not the key of the certificate in " + certificate_path + "; give the two that were made together");
  }
  if (SSL_CTX_use_PrivateKey(context, key.get()) != 1) return bad_key(path, "is refused: " + openssl_reason());
  return {};
}

}  // namespace

Result<TlsIdentity> load_tls_identity(const std::string& certificate_path, const std::string& key_path,
                                      std::vector<std::string>& notes) {
  const auto certificate = read_small_file(certificate_path, "tls_certificate");
  if (!certificate.ok()) return certificate.error();
  const auto key = read_small_file(key_path, "tls_key");
  if (!key.ok()) return key.error();
  TlsIdentity identity;
  identity.context = new_context();
  if (identity.context == nullptr) return Error{"OpenSSL gives no TLS: " + openssl_reason()};
  if (auto used = use_certificates(identity, certificate.value().text, certificate_path); !used.ok())
    return used.error();
  if (auto used = use_key(identity.context.get(), key.value().text, key_path, certificate_path); !used.ok())
    return used.error();
  if (key.value().readable_by_all)
    notes.push_back("every user of this machine can read the key " + key_path + "; close it to them: chmod o-rwx " +
                    key_path);
  return identity;
}

std::string validity_note(const TlsIdentity& identity, const std::string& certificate_path, Timestamp now) {
  const auto date = [](Timestamp time) { return utc_text(time).substr(0, 10); };
  if (now < identity.not_before)
    return fmt::format("the certificate {} is valid only from {}; look at the clock", certificate_path,
                       date(identity.not_before));
  const std::int64_t seconds = (identity.not_after.nanoseconds - now.nanoseconds) / kNanoseconds;
  if (seconds < 0)
    return fmt::format(
        "the certificate {} ended on {}, so clients will refuse it; renew it (it is read again while "
        "netpulse runs)",
        certificate_path, date(identity.not_after));
  if (seconds > kExpiryNoteSeconds) return {};
  return fmt::format("the certificate {} ends on {}; renew it (it is read again while netpulse runs)", certificate_path,
                     date(identity.not_after));
}

}  // namespace netpulse
