#include "exporters/web/http_exposure.h"

#include <fmt/core.h>

#include <string>

namespace netpulse {
namespace {

/// One line each, so that they can be pasted.
constexpr std::string_view kCommands = R"(
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -days 825 -subj /CN={name} \
    -addext subjectAltName={alternative} -keyout netpulse-key.pem -out netpulse-certificate.pem
  openssl rand -hex 32 > netpulse-token
  chmod 600 netpulse-key.pem netpulse-token
and in the configuration, with whole paths:
  [http]
  listen = "{listen}"
  tls_certificate = "netpulse-certificate.pem"
  tls_key = "netpulse-key.pem"
  token_file = "netpulse-token"
Prometheus then needs, with copies of the two files:
  scheme: https
  tls_config: {{ca_file: netpulse-certificate.pem}}
  authorization: {{credentials_file: netpulse-token}}
People may have names and passwords instead: users_file, made with htpasswd -cB. From this machine alone: 127.0.0.1,
with a reverse proxy or an SSH tunnel in front of it.)";

}  // namespace

Result<void> check_exposure(const HttpServerOptions& options, const ListenAddress& address) {
  const bool tls = !options.tls_certificate.empty() && !options.tls_key.empty();
  const bool somebody = !options.token_file.empty() || !options.users_file.empty();
  if (address.loopback || (tls && somebody)) return {};
  const std::string missing = tls        ? "a token or users (token_file, users_file)"
                              : somebody ? "TLS (tls_certificate, tls_key)"
                                         : "a token and TLS";
  const std::string literal = address.address.to_string();
  const std::string name = address.any() ? "NAME" : literal;
  const std::string alternative = address.any() ? "DNS:NAME,IP:ADDRESS" : "IP:" + literal;
  return Error{"will not listen on " + options.listen + ": beyond this machine the page and /metrics need " + missing +
               "; make them:" +
               fmt::format(fmt::runtime(kCommands), fmt::arg("name", name), fmt::arg("alternative", alternative),
                           fmt::arg("listen", options.listen))};
}

}  // namespace netpulse
