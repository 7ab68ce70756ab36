#include "exporters/web/authenticator.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "engine/base/assert.h"
#include "engine/base/text.h"

namespace netpulse {
namespace {

/// Name and password are far shorter; bcrypt looks at 72 bytes.
constexpr std::size_t kEncodedBytesMax = 1024;
constexpr std::string_view kTokenUser = "token";
constexpr unsigned kBusySeconds = 1;
constexpr std::size_t kKnownMax = 2000;

/// What follows "SCHEME "; nothing if the header is of another scheme.
std::optional<std::string_view> of_scheme(std::string_view header, std::string_view scheme) {
  if (header.size() <= scheme.size() || header[scheme.size()] != ' ') return std::nullopt;
  std::string name(header.substr(0, scheme.size()));
  lower_case_ascii(name);
  if (name != scheme) return std::nullopt;
  header.remove_prefix(std::min(header.find_first_not_of(' ', scheme.size()), header.size()));
  return header;
}

/// RFC 4648 section 4, with its padding.
std::optional<std::string> decode_base64(std::string_view text) {
  if (text.empty() || text.size() % 4 != 0 || text.size() > kEncodedBytesMax) return std::nullopt;
  const bool clean = std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' || c == '/' ||
           c == '=';
  });
  if (!clean) return std::nullopt;  // EVP_DecodeBlock would skip blanks
  std::vector<unsigned char> bytes(text.size() / 4 * 3);
  const int count =
      EVP_DecodeBlock(bytes.data(), reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
  if (count < 0) return std::nullopt;
  std::size_t size = static_cast<std::size_t>(count);
  for (std::size_t i = 0; i < 2 && size > 0 && text[text.size() - 1 - i] == '='; ++i) --size;
  return std::string(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
}

}  // namespace

Authenticator::Authenticator(HttpCredentials credentials, Post post)
    : credentials_(std::move(credentials)), post_(std::move(post)) {
  renew_key();
}

void Authenticator::renew_key() {
  NP_ASSERT(RAND_bytes(key_.data(), static_cast<int>(key_.size())) == 1);
  token_digest_ = digest(credentials_.token);
}

void Authenticator::replace(HttpCredentials credentials) {
  credentials_ = std::move(credentials);
  ++generation_;
  known_.clear();
  renew_key();
}

Authenticator::Digest Authenticator::digest(std::string_view text) const {
  Digest made{};
  unsigned bytes = 0;
  NP_ASSERT(HMAC(EVP_sha256(), key_.data(), static_cast<int>(key_.size()),
                 reinterpret_cast<const unsigned char*>(text.data()), text.size(), made.data(), &bytes) != nullptr);
  return made;
}

bool Authenticator::is_token(std::string_view text) const {
  return !credentials_.token.empty() &&
         CRYPTO_memcmp(digest(text).data(), token_digest_.data(), token_digest_.size()) == 0;
}

AuthVerdict Authenticator::wrong(const IpAddress& client, FailureLimiter::Clock::time_point now) {
  const unsigned wait = failures_.charge(client, now);
  return wait == 0 ? AuthVerdict{AuthOutcome::kWrong} : AuthVerdict{AuthOutcome::kLimited, wait};
}

AuthVerdict Authenticator::check(std::string_view authorization, const IpAddress& client,
                                 FailureLimiter::Clock::time_point now, Answer answer) {
  if (!required()) return {AuthOutcome::kAllowed};
  if (authorization.empty()) return {AuthOutcome::kMissing};
  const IpAddress network = client_network(client);
  if (const auto token = of_scheme(authorization, "bearer"))
    return is_token(*token) ? AuthVerdict{AuthOutcome::kAllowed} : wrong(network, now);
  if (const auto encoded = of_scheme(authorization, "basic"))
    return check_basic(*encoded, network, now, std::move(answer));
  return wrong(network, now);
}

AuthVerdict Authenticator::check_basic(std::string_view encoded, const IpAddress& client,
                                       FailureLimiter::Clock::time_point now, Answer answer) {
  const auto decoded = decode_base64(encoded);
  const std::size_t colon = decoded ? decoded->find(':') : std::string::npos;
  // crypt(3) would read a password only up to a NUL.
  if (colon == std::string::npos || decoded->find('\0') != std::string::npos) return wrong(client, now);
  const std::string_view text = *decoded;
  const std::string_view name = text.substr(0, colon), password = text.substr(colon + 1);
  if (name == kTokenUser && is_token(password)) return {AuthOutcome::kAllowed};
  if (credentials_.users.empty()) return wrong(client, now);
  // Every try counts until it proves right, or many at one time would all be free.
  if (const unsigned wait = failures_.charge(client, now); wait != 0) return {AuthOutcome::kLimited, wait};
  const Digest known = digest(text);
  if (known_.contains(known)) {
    failures_.forgive(client);
    return {AuthOutcome::kAllowed};
  }
  return check_password(name, password, known, client, std::move(answer));
}

AuthVerdict Authenticator::check_password(std::string_view name, std::string_view password, const Digest& known,
                                          const IpAddress& client, Answer answer) {
  const auto user = std::find_if(credentials_.users.begin(), credentials_.users.end(),
                                 [name](const HttpUser& one) { return one.name == name; });
  const bool exists = user != credentials_.users.end();
  // A name that nobody has takes as long as one that somebody has.
  const std::string& hash = exists ? user->password_hash : credentials_.users.front().password_hash;
  const bool submitted = checker_.submit(
      hash, std::string(password),
      [this, exists, known, client, generation = generation_, answer = std::move(answer)](bool matches) {
        post_([this, right = exists && matches, known, client, generation, answer] {
          if (right && generation == generation_) {
            // bcrypt reads 72 bytes, so one user may have many passwords.
            if (known_.size() >= kKnownMax) known_.clear();
            known_.insert(known);
            failures_.forgive(client);
            return answer({AuthOutcome::kAllowed});
          }
          answer({AuthOutcome::kWrong});
        });
      });
  if (submitted) return {AuthOutcome::kPending};
  failures_.forgive(client);
  return {AuthOutcome::kLimited, kBusySeconds};
}

}  // namespace netpulse
