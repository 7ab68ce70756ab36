#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/base/time.h"
#include "engine/config/config.h"
#include "exporters/common/http_counters.h"
#include "exporters/web/listen_address.h"

namespace netpulse {

struct HttpRequest {
  std::string method;  ///< "GET" also for HEAD
  std::string path;    ///< without the query
  std::string query;   ///< without "?"; still percent-encoded
  std::string accept;  ///< the Accept header, several of them joined by ","; empty: none
};

struct HttpResponse {
  unsigned status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
  std::string attachment = {};  ///< not empty: the name under which a browser saves the body; letters, digits, . - _
};

/// Called on the server's thread; it answers nobody else meanwhile, so it must not wait.
using HttpHandler = std::function<HttpResponse(const HttpRequest&)>;

/// Who a route answers.
enum class HttpAccess : std::uint8_t {
  kCredentials,  ///< those with a token or password, where any are configured
  kAnybody
};

/// Section [http]. Paths are empty where there is no such file.
struct HttpServerOptions {
  std::string listen = "127.0.0.1:8470";
  std::string tls_certificate = {}, tls_key = {};  ///< PEM; both or none
  std::string token_file = {};                     ///< one line, see parse_token()
  std::string users_file = {};                     ///< htpasswd, see parse_users()
  std::vector<std::string> hosts = {};             ///< further Host names, see HttpNames
  std::size_t recent_flows_max = 2'000;            ///< flow records kept for viewers, see RecentFlows
  std::size_t connections_max = 64;
  std::size_t connections_per_address_max = 32;           ///< an IPv6 network of 64 bits counts as one
  Duration request_timeout = Duration::from_seconds(10);  ///< for a request to arrive, and for an answer to leave
};
HttpServerOptions read_http_server_options(Config& config);

/// The program's one HTTP port: HTTP/1.1, with TLS or without, one thread, exact routes.
/// Requests are answered only under the names of HttpNames (421 otherwise), without a body, with a head of at most 8
/// KiB and 64 fields (431), and with the credentials that are configured (401; 429 after too many wrong ones). Beyond
/// loopback it wants TLS and credentials. When all connections are in use, or all that one client may have, the one
/// that has kept the server waiting for its request the longest is closed in favour of the new one, those first that
/// have not shown credentials: slow clients cannot shut others out. If all are being answered, the new one gets 503.
/// Certificate, key, token and users are read again when their files change; bad ones are refused and the old ones
/// stay.
class HttpServer {
 public:
  /// Reads the files, binds and listens; answers from start() on. Errors say what is wrong and what to change.
  static Result<std::unique_ptr<HttpServer>> listen(const HttpServerOptions& options);
  ~HttpServer();

  /// Before start(). A route for GET answers HEAD too. path: exact. Of other methods, requests of foreign origins are
  /// refused (403).
  void handle(const std::string& method, const std::string& path, HttpHandler handler,
              HttpAccess access = HttpAccess::kCredentials);
  void start();

  /// With the port that was really taken.
  const ListenAddress& address() const noexcept;
  bool tls() const noexcept;
  /// What the user should know at start: a certificate about to end, a token that others can read.
  const std::vector<std::string>& notes() const noexcept;
  /// What happened since the last call: files that were read again. Any thread.
  std::vector<std::string> take_messages();
  /// Any thread.
  HttpCounters counters() const noexcept;

 private:
  class Implementation;
  explicit HttpServer(std::unique_ptr<Implementation> implementation);
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace netpulse
