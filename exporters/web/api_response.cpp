#include "exporters/web/api_response.h"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include "engine/base/text.h"

namespace netpulse {
namespace {

using Json = rapidjson::Writer<rapidjson::StringBuffer>;

template <class AddMore>
HttpResponse error_body(unsigned status, std::string_view message, AddMore add_more) {
  rapidjson::StringBuffer buffer;
  Json json(buffer);
  const std::string shown = printable(message);
  json.StartObject();
  json.Key("error");
  json.StartObject();
  json.Key("message");
  json.String(shown.data(), static_cast<rapidjson::SizeType>(shown.size()));
  add_more(json);
  json.EndObject();
  json.EndObject();
  return {status, "application/json", std::string(buffer.GetString(), buffer.GetSize()) + "\n"};
}

}  // namespace

HttpResponse api_error(unsigned status, std::string_view message) {
  return error_body(status, message, [](Json&) {});
}

HttpResponse api_error(unsigned status, const FilterFault& fault) {
  return error_body(status, fault.message, [&fault](Json& json) {
    json.Key("parameter");
    json.String("filter");
    json.Key("offset");
    json.Uint64(fault.offset);
    json.Key("length");
    json.Uint64(fault.length);
  });
}

}  // namespace netpulse
