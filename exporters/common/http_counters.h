#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace netpulse {

/// Why a request was not answered with what it asked for.
enum class HttpRefusal : std::uint8_t {
  kHost,           ///< a Host name that is not ours (421)
  kNoCredentials,  ///< none given (401)
  kCredentials,    ///< wrong ones (401)
  kRate,           ///< after too many wrong ones, or too many at one time (429)
  kOrigin,         ///< a change asked for by a page of another origin (403)
  kMalformed,      ///< not HTTP/1.1, or a head that is too long (400, 431, 505)
  kPlainHttp,      ///< HTTP without TLS on a port that speaks TLS (400)
  kCount
};

/// The label value: "host", "no_credentials", ...
constexpr std::string_view http_refusal_name(HttpRefusal refusal) noexcept {
  constexpr std::array<std::string_view, static_cast<std::size_t>(HttpRefusal::kCount)> kNames{
      "host", "no_credentials", "credentials", "rate", "origin", "malformed", "plain_http"};
  return refusal < HttpRefusal::kCount ? kNames[static_cast<std::size_t>(refusal)] : "unknown";
}

/// What became of the connections to the HTTP port, and of the requests on them.
struct HttpCounters {
  std::uint64_t accepted = 0;
  std::uint64_t accept_failed = 0;  ///< out of file descriptors or memory; tried again
  std::uint64_t displaced = 0;      ///< closed while waiting for a request, to make room for a newer one
  std::uint64_t refused = 0;        ///< turned away: all connections (or all of its address) were being answered
  std::uint64_t timed_out = 0;      ///< closed: the request or the answer took too long
  std::array<std::uint64_t, static_cast<std::size_t>(HttpRefusal::kCount)> refused_requests{};
  std::uint64_t handshakes = 0, handshakes_failed = 0;  ///< TLS
  /// Certificate and key, or token and users, that changed while in use: taken, or refused as bad.
  std::uint64_t certificates_taken = 0, certificates_refused = 0;
  std::uint64_t credentials_taken = 0, credentials_refused = 0;
  /// When the certificate in use ends, Unix time; 0 without TLS.
  std::int64_t certificate_not_after_seconds = 0;
};

}  // namespace netpulse
