#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

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
};

/// Called on the server's thread; it answers nobody else meanwhile, so it must not wait.
using HttpHandler = std::function<HttpResponse(const HttpRequest&)>;

/// Section [http].
struct HttpServerOptions {
  std::string listen = "127.0.0.1:8470";
  std::size_t connections_max = 64;
  Duration request_timeout = Duration::from_seconds(10);  ///< for a request to arrive, and for an answer to leave
};
HttpServerOptions read_http_server_options(Config& config);

/// The program's one HTTP port: HTTP/1.1, one thread, exact routes, loopback alone in this version.
/// Requests are answered only under the Host names of allowed_hosts() (421 otherwise), without a body, with a head of
/// at most 8 KiB (431). When all connections are in use, the one that has kept the server waiting for its request the
/// longest is closed in favour of the new one, so slow clients cannot shut others out; if all are being answered, the
/// new one gets 503.
class HttpServer {
 public:
  /// Binds and listens; answers from start() on. Errors say which address, why, and what to change.
  static Result<std::unique_ptr<HttpServer>> listen(const HttpServerOptions& options);
  ~HttpServer();

  /// Before start(). A route for GET answers HEAD too. path: exact.
  void handle(const std::string& method, const std::string& path, HttpHandler handler);
  void start();

  /// With the port that was really taken.
  const ListenAddress& address() const noexcept;
  /// Any thread.
  HttpCounters counters() const noexcept;

 private:
  class Implementation;
  explicit HttpServer(std::unique_ptr<Implementation> implementation);
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace netpulse
