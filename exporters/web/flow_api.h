#pragma once

#include "engine/metrics/sinks.h"
#include "exporters/web/http_server.h"
#include "exporters/web/recent_flows.h"

namespace netpulse {

/// Registers what gives out flow records that have ended (openapi.cpp describes it):
/// /api/v1/flows (newest first, page by page), /api/v1/export/flows.json and flows.csv (all that are kept, oldest
/// first). Each takes a filter (engine/filter/README.md). flows and names must outlive the server.
void add_flow_routes(HttpServer& server, const RecentFlows& flows, const RunNames& names);

}  // namespace netpulse
