#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <string_view>

#include "exporters/web/failure_limiter.h"
#include "exporters/web/http_credentials.h"
#include "exporters/web/password_checker.h"

namespace netpulse {

enum class AuthOutcome : std::uint8_t { kAllowed, kMissing, kWrong, kLimited, kPending };

struct AuthVerdict {
  AuthOutcome outcome = AuthOutcome::kMissing;
  unsigned retry_after_seconds = 0;  ///< kLimited
};

/// Tells by an Authorization header who may ask: "Bearer TOKEN", or "Basic" (RFC 7617) with a user's name and password,
/// or with the name "token" and the token, for browsers.
///
/// The right token is always let in: nobody guesses 16 random characters. Passwords may be weak, so after a few wrong
/// ones an address has to wait, whatever it says then. A password is hashed once, on the checker's thread; then it is
/// known by its HMAC under a key of this run. All functions are for one thread.
class Authenticator {
 public:
  using Digest = std::array<std::uint8_t, 32>;
  /// Runs a function on the thread that the authenticator belongs to; called on any.
  using Post = std::function<void(std::function<void()>)>;
  using Answer = std::function<void(AuthVerdict)>;

  Authenticator(HttpCredentials credentials, Post post);

  /// False: everybody may.
  bool required() const noexcept { return credentials_.any(); }
  /// answer: called later, through post, if this returns kPending; not otherwise.
  AuthVerdict check(std::string_view authorization, const IpAddress& client, FailureLimiter::Clock::time_point now,
                    Answer answer);
  /// HMAC of a header under this run's key: by it a connection knows what it was let in with. replace() changes the
  /// key.
  Digest digest(std::string_view text) const;
  /// Takes other credentials, and forgets who was let in.
  void replace(HttpCredentials credentials);
  /// Drops what is being checked; waits for the password in hand. Nothing may be asked afterwards.
  void stop() { checker_.stop(); }

 private:
  void renew_key();
  bool is_token(std::string_view text) const;
  AuthVerdict wrong(const IpAddress& client, FailureLimiter::Clock::time_point now);
  AuthVerdict check_basic(std::string_view encoded, const IpAddress& client, FailureLimiter::Clock::time_point now,
                          Answer answer);
  AuthVerdict check_password(std::string_view name, std::string_view password, const Digest& known,
                             const IpAddress& client, Answer answer);

  HttpCredentials credentials_;
  const Post post_;
  Digest key_{}, token_digest_{};
  std::uint64_t generation_ = 0;  // of the credentials: a password that is being hashed may be an old one
  std::set<Digest> known_;        // names and passwords that proved right; bounded
  FailureLimiter failures_;
  PasswordChecker checker_;
};

}  // namespace netpulse
