#include <chrono>

#include "exporters/web/authenticator.h"
#include "exporters/web/http_names.h"
#include "tests/fuzz/fuzz.h"

/// Any bytes as a users file, a token, a Host name, an Origin and an Authorization header.
void fuzz_one(netpulse::Bytes input) {
  using namespace netpulse;
  const std::string_view text = as_text(input);
  (void)parse_token(text, "token");
  (void)parse_users(text, "users");
  (void)check_host_name(text);
  const ListenAddress any = ListenAddress::parse("0.0.0.0:8470").value();
  const ListenAddress own = ListenAddress::parse("192.0.2.7:8470").value();
  static const HttpNames kNames(any, true, {"monitor.example.org"});
  kNames.allowed(text, own);
  origin_allowed(text, "monitor.example.org", true);
  const auto now = std::chrono::steady_clock::time_point{} + std::chrono::hours(1);
  static Authenticator authenticator({"0123456789abcdef", {}}, [](const std::function<void()>&) {});
  authenticator.check(text, own.address, now, [](AuthVerdict) {});
  authenticator.check("Basic " + std::string(text), own.address, now, [](AuthVerdict) {});
}
