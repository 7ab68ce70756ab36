#include "exporters/web/http_server.h"

namespace netpulse {

HttpServerOptions read_http_server_options(Config& config) {
  HttpServerOptions options;
  options.listen = config.text("http", "listen", options.listen);
  options.connections_max = static_cast<std::size_t>(
      config.integer("http", "connections_max", static_cast<std::int64_t>(options.connections_max), 1, 4096));
  options.request_timeout = Duration::from_seconds(config.integer("http", "request_timeout_seconds", 10, 1, 300));
  if (const auto address = ListenAddress::parse(options.listen); !address.ok())
    config.complain("http", "listen", address.error().message);
  return options;
}

}  // namespace netpulse
