#include "exporters/web/http_names.h"
#include "exporters/web/http_server.h"
#include "exporters/web/recent_flows.h"

namespace netpulse {

HttpServerOptions read_http_server_options(Config& config) {
  HttpServerOptions options;
  options.listen = config.text("http", "listen", options.listen);
  options.tls_certificate = config.text("http", "tls_certificate", "");
  options.tls_key = config.text("http", "tls_key", "");
  options.token_file = config.text("http", "token_file", "");
  options.users_file = config.text("http", "users_file", "");
  options.hosts = config.texts("http", "hosts", {});
  options.recent_flows_max = static_cast<std::size_t>(
      config.integer("http", "recent_flows_max", static_cast<std::int64_t>(options.recent_flows_max), 0,
                     static_cast<std::int64_t>(RecentFlows::kFlowsMax)));
  options.connections_max = static_cast<std::size_t>(
      config.integer("http", "connections_max", static_cast<std::int64_t>(options.connections_max), 1, 4096));
  options.connections_per_address_max = static_cast<std::size_t>(config.integer(
      "http", "connections_per_address_max", static_cast<std::int64_t>(options.connections_per_address_max), 1, 4096));
  options.request_timeout = Duration::from_seconds(config.integer("http", "request_timeout_seconds", 10, 1, 300));
  if (const auto address = ListenAddress::parse(options.listen); !address.ok())
    config.complain("http", "listen", address.error().message);
  if (options.tls_certificate.empty() != options.tls_key.empty())
    config.complain("http", options.tls_key.empty() ? "tls_key" : "tls_certificate",
                    "TLS needs both tls_certificate and tls_key; name the other file, or neither");
  for (const std::string& host : options.hosts)
    if (const auto checked = check_host_name(host); !checked.ok())
      config.complain("http", "hosts", checked.error().message);
  return options;
}

}  // namespace netpulse
