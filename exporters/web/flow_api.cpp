#include "exporters/web/flow_api.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "engine/filter/flow_filter.h"
#include "exporters/common/flow_csv.h"
#include "exporters/common/flow_line.h"
#include "exporters/web/api_response.h"
#include "exporters/web/http_query.h"

namespace netpulse {
namespace {

constexpr std::uint64_t kLimitDefault = 100, kLimitMax = 1000;
constexpr std::uint64_t kNewest = std::numeric_limits<std::uint64_t>::max();

/// The filter of a request; or the answer that says what is wrong with it.
std::variant<FlowFilter, HttpResponse> filter_of(const HttpQuery& query, const RunNames& names) {
  const SchemaNames schema{names.applications, names.categories, names.protocols, names.name_sources,
                           &names.protocol_encrypted};
  auto parsed = FlowFilter::parse(query.text("filter", ""), schema);
  if (const auto* fault = std::get_if<FilterFault>(&parsed)) return api_error(400, *fault);
  return std::get<FlowFilter>(std::move(parsed));
}

class FlowRoutes {
 public:
  FlowRoutes(const RecentFlows& flows, const RunNames& names) : flows_(flows), names_(names) {}

  HttpResponse page(const HttpRequest& request) const {
    const auto query = HttpQuery::parse(request.query);
    if (!query.ok()) return api_error(400, query.error().message);
    if (const auto known = query.value().only({"filter", "limit", "before"}); !known.ok())
      return api_error(400, known.error().message);
    const auto limit = query.value().number("limit", kLimitDefault, 1, kLimitMax);
    const auto before = query.value().number("before", kNewest, 1, kNewest);
    if (!limit.ok() || !before.ok()) return api_error(400, (limit.ok() ? before : limit).error().message);
    auto filter = filter_of(query.value(), names_);
    if (auto* refused = std::get_if<HttpResponse>(&filter)) return std::move(*refused);

    FlowLineWriter lines(names_);
    std::string body = "{\"flows\":[";
    std::uint64_t found = 0, oldest_shown = 0;
    bool more = false;
    flows_.visit(before.value(), [&](const FinishedFlow& flow, std::uint64_t number) {
      if (!std::get<FlowFilter>(filter).matches(flow)) return true;
      if (found == limit.value()) return !(more = true);
      body += found++ == 0 ? "\n" : ",\n";
      lines.append(flow, body);
      body.pop_back();  // the line feed
      oldest_shown = number;
      return true;
    });
    body += "\n],\"next\":" + (more ? std::to_string(oldest_shown) : "null") +
            ",\"ended\":" + std::to_string(flows_.last_number()) + "}\n";
    return {200, "application/json", std::move(body)};
  }

  HttpResponse json(const HttpRequest& request) const {
    std::vector<std::string> lines;
    FlowLineWriter writer(names_);
    if (auto refused = each(request, [&](const FinishedFlow& flow) {
          writer.append(flow, lines.emplace_back());
          lines.back().pop_back();
        }))
      return *std::move(refused);
    std::string body = "[";
    for (auto line = lines.rbegin(); line != lines.rend(); ++line)
      body += (line == lines.rbegin() ? "\n" : ",\n") + *line;
    return {200, "application/json", body + "\n]\n", "netpulse-flows.json"};
  }

  HttpResponse csv(const HttpRequest& request) const {
    std::vector<std::string> lines;
    FlowCsvWriter writer(names_);
    if (auto refused = each(request, [&](const FinishedFlow& flow) { writer.append(flow, lines.emplace_back()); }))
      return *std::move(refused);
    std::string body = FlowCsvWriter::header();
    for (auto line = lines.rbegin(); line != lines.rend(); ++line) body += *line;
    return {200, "text/csv; charset=utf-8; header=present", std::move(body), "netpulse-flows.csv"};
  }

 private:
  /// Calls take for all records that the request's filter selects, the newest first; gives an answer if it is wrong.
  template <class Take>
  std::optional<HttpResponse> each(const HttpRequest& request, Take take) const {
    const auto query = HttpQuery::parse(request.query);
    if (!query.ok()) return api_error(400, query.error().message);
    if (const auto known = query.value().only({"filter"}); !known.ok()) return api_error(400, known.error().message);
    auto filter = filter_of(query.value(), names_);
    if (auto* refused = std::get_if<HttpResponse>(&filter)) return std::move(*refused);
    flows_.visit(kNewest, [&](const FinishedFlow& flow, std::uint64_t) {
      if (std::get<FlowFilter>(filter).matches(flow)) take(flow);
      return true;
    });
    return std::nullopt;
  }

  const RecentFlows& flows_;
  const RunNames& names_;
};

}  // namespace

void add_flow_routes(HttpServer& server, const RecentFlows& flows, const RunNames& names) {
  const FlowRoutes routes(flows, names);
  server.handle("GET", "/api/v1/flows", [routes](const HttpRequest& request) { return routes.page(request); });
  server.handle("GET", "/api/v1/export/flows.json",
                [routes](const HttpRequest& request) { return routes.json(request); });
  server.handle("GET", "/api/v1/export/flows.csv",
                [routes](const HttpRequest& request) { return routes.csv(request); });
}

}  // namespace netpulse
