#include "exporters/web/status_page.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "engine/base/human.h"
#include "engine/base/text.h"

namespace netpulse {
namespace {

constexpr std::size_t kApplicationRows = 15;

constexpr std::string_view kStyle =
    ":root{color-scheme:light dark}"
    "body{font:16px/1.5 system-ui,sans-serif;max-width:44rem;margin:2rem auto;padding:0 1rem}"
    "h1{margin-bottom:0}table{border-collapse:collapse;width:100%;margin:1rem 0}"
    "th,td{text-align:left;padding:.25rem .5rem;border-bottom:1px solid #8884}"
    "td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}code{font-size:.95em}";

std::uint64_t lost_packets(const MetricsSnapshot& snapshot) {
  std::uint64_t lost = snapshot.total.losses[static_cast<std::size_t>(LossReason::kQueueFull)];
  for (const SourceCounters& source : snapshot.sources) lost += source.stats.dropped_packets();
  return lost;
}

void add_row(std::string& html, std::string_view name, const std::string& value) {
  html += "<tr><th scope=row>" + std::string(name) + "</th><td class=n>" + html_text(value) + "</td></tr>\n";
}

void add_applications(const MetricsSnapshot& snapshot, std::string& html) {
  const auto& names = snapshot.names->applications;
  std::vector<std::size_t> order;
  std::uint64_t bytes = 0;
  for (std::size_t i = 0; i < std::min(names.size(), kApplicationsMax); ++i) {
    const std::uint64_t amount = snapshot.total.applications[i].total().bytes;
    if (amount == 0) continue;
    order.push_back(i);
    bytes += amount;
  }
  if (order.empty()) return;
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return snapshot.total.applications[a].total().bytes > snapshot.total.applications[b].total().bytes;
  });
  order.resize(std::min(order.size(), kApplicationRows));
  html +=
      "<h2>Applications</h2>\n<table><tr><th>application</th><th class=n>bytes</th><th class=n>share</th>"
      "<th class=n>flows</th></tr>\n";
  for (const std::size_t i : order) {
    const TrafficCounters traffic = snapshot.total.application_traffic(i);
    const auto amount = static_cast<double>(traffic.bytes);
    html += "<tr><td>" + html_text(names[i]) + "</td><td class=n>" + human_bytes(amount) + "</td><td class=n>" +
            html_text(human_share(amount, static_cast<double>(bytes))) + "</td><td class=n>" + grouped(traffic.flows) +
            "</td></tr>\n";
  }
  html += "</table>\n";
}

std::string page(const MetricsSnapshot& snapshot, const StatusPageText& text) {
  std::string html =
      "<!doctype html>\n<html lang=en><head><meta charset=utf-8><title>netpulse</title>\n"
      "<meta name=viewport content=\"width=device-width\"><meta http-equiv=refresh content=5>\n"
      "<link rel=stylesheet href=/style.css></head><body>\n<h1>netpulse</h1>\n<p>";
  html += html_text("version " + text.version + ", " + text.input) + "</p>\n<table>\n";
  const WorkerMetrics& total = snapshot.total;
  add_row(html, "Running for", human_duration({static_cast<std::int64_t>(snapshot.uptime_seconds * 1e9)}));
  add_row(html, "Packets", grouped(total.received_packets));
  add_row(html, "Bytes on the wire", human_bytes(static_cast<double>(total.wire_bytes)));
  add_row(html, "Flows active", grouped(total.active_flows) + " of " + grouped(total.flow_capacity));
  add_row(html, "Flows seen", grouped(total.flows_created));
  add_row(html, "Packets lost", grouped(lost_packets(snapshot)));
  html += "</table>\n";
  add_applications(snapshot, html);
  html +=
      "<p>Every number for Prometheus: <a href=/metrics><code>/metrics</code></a>. "
      "Health: <a href=/healthz><code>/healthz</code></a>, <a href=/readyz><code>/readyz</code></a>.</p>\n"
      "</body></html>\n";
  return html;
}

}  // namespace

std::string html_text(std::string_view text) {
  std::string html;
  for (const char c : printable(text)) {
    if (c == '&')
      html += "&amp;";
    else if (c == '<')
      html += "&lt;";
    else if (c == '>')
      html += "&gt;";
    else if (c == '"')
      html += "&quot;";
    else if (c == '\'')
      html += "&#39;";
    else
      html += c;
  }
  return html;
}

void add_status_routes(HttpServer& server, const LatestSnapshot& latest, StatusPageText text) {
  server.handle("GET", "/", [&latest, text = std::move(text)](const HttpRequest&) {
    return HttpResponse{200, "text/html; charset=utf-8", page(*latest.get(), text)};
  });
  server.handle("GET", "/style.css", [](const HttpRequest&) {
    return HttpResponse{200, "text/css; charset=utf-8", std::string(kStyle)};
  });
  server.handle(
      "GET", "/healthz", [](const HttpRequest&) { return HttpResponse{.body = "ok\n"}; }, HttpAccess::kAnybody);
  server.handle("GET", "/readyz", [&latest](const HttpRequest&) {
    const bool ready = latest.get()->started_at.known();
    return HttpResponse{.status = ready ? 200U : 503U, .body = ready ? "ready\n" : "the capture has not started\n"};
  });
}

}  // namespace netpulse
