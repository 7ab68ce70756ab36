#pragma once

#include <string>
#include <string_view>

#include "exporters/web/http_server.h"

namespace netpulse {

/// What the HTTP port offers to programs, in OpenAPI 3.1 (JSON); flow records as the flow schema has them.
std::string openapi_document(std::string_view version);

/// Registers /api/v1/openapi.json.
void add_openapi_route(HttpServer& server, std::string_view version);

}  // namespace netpulse
