#pragma once

#include <string_view>

namespace netpulse {

/// A data file as it was when netpulse was built, inside the program (tools/embed_text.py).
struct EmbeddedText {
  std::string_view name;  ///< "media.toml"
  std::string_view contents;
};

}  // namespace netpulse
