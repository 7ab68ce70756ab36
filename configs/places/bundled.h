#pragma once

#include <span>

#include "engine/base/embedded_text.h"
#include "engine/place/country_table.h"

namespace netpulse {

/// countries.toml.
std::span<const EmbeddedText> bundled_places();

/// The countries that come with netpulse: all of ISO 3166-1, and Kosovo.
CountryTable bundled_countries();

}  // namespace netpulse
