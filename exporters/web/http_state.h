#pragma once

#include <array>
#include <atomic>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "exporters/web/authenticator.h"
#include "exporters/web/http_names.h"
#include "exporters/web/http_server.h"
#include "exporters/web/tls_identity.h"

namespace netpulse {

class HttpSession;

/// Counted on the server's thread, read on any.
class HttpCounter {
 public:
  HttpCounter& operator++() noexcept {
    value_.fetch_add(1, std::memory_order_relaxed);
    return *this;
  }
  operator std::uint64_t() const noexcept {  // NOLINT(google-explicit-constructor)
    return value_.load(std::memory_order_relaxed);
  }

 private:
  std::atomic<std::uint64_t> value_{0};
};

/// What all connections of a server share; of the server's thread, but for the counters.
struct HttpState {
  struct Route {
    HttpHandler handler;
    HttpAccess access = HttpAccess::kCredentials;
  };
  using Methods = std::map<std::string, Route>;

  HttpState(const HttpServerOptions& wanted, HttpCredentials credentials, TlsIdentity tls_identity,
            Authenticator::Post post)
      : options(wanted), identity(std::move(tls_identity)), authenticator(std::move(credentials), std::move(post)) {}

  /// Any thread.
  bool tls() const noexcept { return !options.tls_certificate.empty(); }
  void refused(HttpRefusal reason) { ++refused_requests[static_cast<std::size_t>(reason)]; }

  const HttpServerOptions options;
  std::map<std::string, Methods> routes;
  HttpNames names;
  TlsIdentity identity;
  std::set<HttpSession*> sessions;
  Authenticator authenticator;

  HttpCounter accepted, accept_failed, displaced, turned_away, timed_out, handshakes, handshakes_failed;
  std::array<HttpCounter, static_cast<std::size_t>(HttpRefusal::kCount)> refused_requests;
  HttpCounter certificates_taken, certificates_refused, credentials_taken, credentials_refused;
  std::atomic<std::int64_t> not_after_seconds{0};
};

}  // namespace netpulse
