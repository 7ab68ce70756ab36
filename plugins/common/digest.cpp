#include "plugins/common/digest.h"

#include <openssl/evp.h>

#include <memory>

namespace netpulse {
namespace {

struct FreeContext {
  void operator()(EVP_MD_CTX* context) const noexcept { EVP_MD_CTX_free(context); }
};
struct FreeAlgorithm {
  void operator()(EVP_MD* algorithm) const noexcept { EVP_MD_free(algorithm); }
};
using Algorithm = std::unique_ptr<EVP_MD, FreeAlgorithm>;

/// A digest bound to a context once; later runs only reset it.
class Digester {
 public:
  explicit Digester(const EVP_MD* algorithm) noexcept {
    if (algorithm == nullptr) return;
    context_.reset(EVP_MD_CTX_new());
    if (context_ != nullptr && EVP_DigestInit_ex2(context_.get(), algorithm, nullptr) != 1) context_.reset();
  }

  bool run(std::string_view text, std::uint8_t* out) noexcept {
    if (context_ == nullptr) return false;
    // Without an algorithm the context keeps the one it has, and its memory.
    return EVP_DigestInit_ex2(context_.get(), nullptr, nullptr) == 1 &&
           EVP_DigestUpdate(context_.get(), text.data(), text.size()) == 1 &&
           EVP_DigestFinal_ex(context_.get(), out, nullptr) == 1;
  }

 private:
  std::unique_ptr<EVP_MD_CTX, FreeContext> context_;
};

}  // namespace

bool md5_digest(std::string_view text, std::array<std::uint8_t, 16>& out) noexcept {
  static const Algorithm algorithm(EVP_MD_fetch(nullptr, "MD5", nullptr));
  thread_local Digester digester(algorithm.get());
  return digester.run(text, out.data());
}

bool sha256_digest(std::string_view text, std::array<std::uint8_t, 32>& out) noexcept {
  static const Algorithm algorithm(EVP_MD_fetch(nullptr, "SHA256", nullptr));
  thread_local Digester digester(algorithm.get());
  return digester.run(text, out.data());
}

}  // namespace netpulse
