#include "configs/places/bundled.h"

#include <utility>

#include "engine/base/assert.h"

namespace netpulse {

CountryTable bundled_countries() {
  const EmbeddedText& file = bundled_places().front();
  auto table = CountryTable::parse(file.contents, "netpulse:" + std::string(file.name));
  NP_ASSERT(table.ok());
  return std::move(table).value();
}

}  // namespace netpulse
