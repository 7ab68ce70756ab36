#pragma once

#include <string>

#include "exporters/common/latest_snapshot.h"
#include "exporters/web/http_server.h"

namespace netpulse {

/// What the status page says besides the numbers.
struct StatusPageText {
  std::string version;
  std::string input;  ///< "live capture on eth0"
};

/// Registers "/" (a page of static text and live totals, without scripts), "/style.css", "/healthz" (200 while the
/// server answers) and "/readyz" (503 until the run has published its first metrics).
/// latest must outlive the server.
void add_status_routes(HttpServer& server, const LatestSnapshot& latest, StatusPageText text);

/// Text for HTML: & < > " ' become entities; the text must be printable() already where it comes from the wire.
std::string html_text(std::string_view text);

}  // namespace netpulse
