#pragma once

#include <string_view>

#include "engine/filter/filter_expression.h"
#include "exporters/web/http_server.h"

namespace netpulse {

/// {"error": {"message": ...}}, for whoever asks the API.
HttpResponse api_error(unsigned status, std::string_view message);
/// The same with the place in the filter: {"error": {"message": ..., "parameter": "filter", "offset": ..., "length":
/// ...}}.
HttpResponse api_error(unsigned status, const FilterFault& fault);

}  // namespace netpulse
