#pragma once

#include <span>
#include <string>

#include "engine/analysis/catalogue.h"
#include "engine/base/embedded_text.h"
#include "engine/base/result.h"

namespace netpulse {

/// The catalogue that comes with netpulse, inside the program, so that it is found wherever the program runs.
std::span<const EmbeddedText> bundled_catalogue();

/// The bundled catalogue and the user's own files ([catalogue] files), which add applications and rules to it.
/// Error: file, line and what is wrong, or the file that cannot be read.
Result<Catalogue> load_catalogue(std::span<const std::string> user_files);

}  // namespace netpulse
