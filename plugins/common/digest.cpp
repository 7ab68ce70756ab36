// OpenSSL 3's EVP interface allocates for every digest, even in a context that is used again; these do not.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "plugins/common/digest.h"

#include <openssl/md5.h>
#include <openssl/sha.h>

namespace netpulse {

void md5_digest(std::string_view text, std::array<std::uint8_t, 16>& out) noexcept {
  MD5_CTX context;
  MD5_Init(&context);
  MD5_Update(&context, text.data(), text.size());
  MD5_Final(out.data(), &context);
}

void sha256_digest(std::string_view text, std::array<std::uint8_t, 32>& out) noexcept {
  SHA256_CTX context;
  SHA256_Init(&context);
  SHA256_Update(&context, text.data(), text.size());
  SHA256_Final(out.data(), &context);
}

}  // namespace netpulse
