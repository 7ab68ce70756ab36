#pragma once

#include <cstddef>
#include <string_view>

namespace netpulse {

/// The first line (from 1) on which a dotted key outside strings and comments has more than key_parts_max parts, or on
/// which brackets and braces open more than nesting_max levels; 0 if there is none. Knows TOML's strings and comments
/// only as far as they can hide a dot or a bracket (TOML 1.0, "String"); accepts any bytes.
std::size_t first_line_too_deep(std::string_view toml, int key_parts_max, int nesting_max) noexcept;

}  // namespace netpulse
