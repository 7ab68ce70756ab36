#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace netpulse {

/// How text may look where it goes.
struct TextStyle {
  std::size_t width = 80;  ///< columns
  bool colour = false;     ///< a terminal, and NO_COLOR is not set (no-color.org)
  bool utf8 = false;       ///< the locale's encoding
};

/// For output to descriptor.
TextStyle text_style(int descriptor);
bool is_terminal(int descriptor);

/// Writes all of text; false if it could not (disk full, pipe closed).
bool write_all(int descriptor, std::string_view text);

/// "netpulse: message" on standard error, a line for each line of message, safe for a terminal.
void complain(std::string_view message);

}  // namespace netpulse
