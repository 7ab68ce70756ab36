#include "exporters/web/openapi.h"

#include <rapidjson/prettywriter.h>
#include <rapidjson/stringbuffer.h>

#include <initializer_list>

#include "engine/flow/flow_schema.h"

namespace netpulse {
namespace {

struct Parameter {
  std::string_view name, type, description;
};
constexpr Parameter kFilter{"filter", "string", "Only records that match; netpulse read --filter help explains it"};
constexpr Parameter kLimit{"limit", "integer", "Records at most: 1 to 1000, 100 if it is not given"};
constexpr Parameter kBefore{"before", "integer", "Records before this one: next of the page before"};

struct Route {
  std::string_view path, summary, content_type;
  std::string_view schema;  ///< of components/schemas; empty: plain text
  std::initializer_list<Parameter> parameters;
};
const Route kRoutes[] = {
    {"/metrics", "Everything that is counted, for Prometheus", "text/plain; version=0.0.4", "", {}},
    {"/healthz", "Whether the server answers; needs no credentials", "text/plain", "", {}},
    {"/readyz", "Whether the capture has begun; 503 until then", "text/plain", "", {}},
    {"/api/v1/flows",
     "Flow records that have ended, the newest first",
     "application/json",
     "FlowPage",
     {kFilter, kLimit, kBefore}},
    {"/api/v1/export/flows.json",
     "All flow records that are kept, the oldest first",
     "application/json",
     "FlowRecords",
     {kFilter}},
    {"/api/v1/export/flows.csv", "The same as CSV (RFC 4180)", "text/csv", "", {kFilter}},
    {"/api/v1/openapi.json", "This description", "application/json", "", {}},
};

class Document {
 public:
  explicit Document(std::string_view version) {
    object([&] {
      text("openapi", "3.1.0");
      member("info", [&] {
        text("title", "netpulse");
        text("version", version);
      });
      member("paths", [&] {
        for (const Route& route : kRoutes) member(route.path, [&] { member("get", [&] { add(route); }); });
      });
      member("components", [&] { member("schemas", [&] { add_schemas(); }); });
    });
  }
  std::string take() const { return {buffer_.GetString(), buffer_.GetSize()}; }

 private:
  void key(std::string_view name) { json_.Key(name.data(), static_cast<rapidjson::SizeType>(name.size())); }
  void string(std::string_view value) { json_.String(value.data(), static_cast<rapidjson::SizeType>(value.size())); }
  void text(std::string_view name, std::string_view value) {
    key(name);
    string(value);
  }
  template <class Fill>
  void object(Fill fill) {
    json_.StartObject();
    fill();
    json_.EndObject();
  }
  template <class Fill>
  void member(std::string_view name, Fill fill) {
    key(name);
    object(fill);
  }
  void reference(std::string_view schema) { text("$ref", "#/components/schemas/" + std::string(schema)); }

  void add(const Route& route) {
    text("summary", route.summary);
    key("parameters");
    json_.StartArray();
    for (const Parameter& parameter : route.parameters)
      object([&] {
        text("name", parameter.name);
        text("in", "query");
        text("description", parameter.description);
        member("schema", [&] { text("type", parameter.type); });
      });
    json_.EndArray();
    member("responses", [&] {
      member("200", [&] { answer(route.summary, route.content_type, route.schema); });
      if (route.parameters.size() != 0)
        member("400", [&] { answer("What is wrong with the request", "application/json", "Problem"); });
    });
  }
  void answer(std::string_view description, std::string_view content_type, std::string_view schema) {
    text("description", description);
    member("content", [&] {
      member(content_type, [&] {
        if (!schema.empty()) member("schema", [&] { reference(schema); });
      });
    });
  }

  void add_schemas() {
    member("FlowRecord", [&] {
      text("type", "object");
      member("properties", [&] {
        for (const Column& column : flow_columns()) member(column.name, [&] { add(column); });
      });
    });
    member("FlowRecords", [&] {
      text("type", "array");
      member("items", [&] { reference("FlowRecord"); });
    });
    member("FlowPage", [&] {
      text("type", "object");
      member("properties", [&] {
        member("flows", [&] { reference("FlowRecords"); });
        member("next", [&] {
          types({"integer", "null"});
          text("description", "before of the next page; null: there is none");
        });
        member("ended", [&] {
          text("type", "integer");
          text("description", "Records since the start; those that match no filter, and those not kept any more, too");
        });
      });
    });
    member("Problem", [&] {
      text("type", "object");
      member("properties", [&] {
        member("error", [&] {
          text("type", "object");
          member("properties", [&] {
            for (const char* name : {"message", "parameter"}) member(name, [&] { text("type", "string"); });
            for (const char* name : {"offset", "length"}) member(name, [&] { text("type", "integer"); });
          });
        });
      });
    });
  }
  void types(std::initializer_list<std::string_view> names) {
    key("type");
    json_.StartArray();
    for (const std::string_view name : names) string(name);
    json_.EndArray();
  }
  void add(const Column& column) {
    switch (column.type) {
      case ColumnType::kUnsigned:
        types({"integer", "null"});
        break;
      case ColumnType::kNumber:
        types({"number", "null"});
        break;
      case ColumnType::kBoolean:
        types({"boolean", "null"});
        break;
      case ColumnType::kTime:
        types({"string", "null"});
        text("format", "date-time");
        break;
      case ColumnType::kText:
      case ColumnType::kAddress:
        types({"string", "null"});
        break;
    }
    text("description", std::string(column.description) +
                            (column.unit.empty() ? std::string() : " (" + std::string(column.unit) + ")"));
  }

  rapidjson::StringBuffer buffer_;
  rapidjson::PrettyWriter<rapidjson::StringBuffer> json_{buffer_};
};

}  // namespace

std::string openapi_document(std::string_view version) { return Document(version).take() + "\n"; }

void add_openapi_route(HttpServer& server, std::string_view version) {
  server.handle("GET", "/api/v1/openapi.json", [document = openapi_document(version)](const HttpRequest&) {
    return HttpResponse{200, "application/json", document};
  });
}

}  // namespace netpulse
