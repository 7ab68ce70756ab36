#pragma once

#include "exporters/web/http_server.h"

namespace netpulse {

/// Beyond this machine the port needs TLS and somebody to let in; the error names what is missing, the commands that
/// make it, and what Prometheus then has to be told. On loopback everything is optional.
Result<void> check_exposure(const HttpServerOptions& options, const ListenAddress& address);

}  // namespace netpulse
