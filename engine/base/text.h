#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "engine/base/bytes.h"

namespace netpulse {

/// Text from the wire, made safe to show: printable ASCII and well-formed UTF-8 stay; control bytes, bidirectional
/// overrides and bytes that are no UTF-8 become \xNN. The output's own quoting (JSON, HTML, CSV) still has to follow.
std::string printable(std::string_view raw);
/// Whether printable() would change nothing because all is printable ASCII: saves the copy.
bool is_printable_ascii(std::string_view raw) noexcept;
/// The same, and JSON shows it as it is: there is no quotation mark and no backslash either.
bool is_plain_json(std::string_view raw) noexcept;

/// ASCII lower case in place; other bytes stay (names from the wire are compared so, RFC 4343).
void lower_case_ascii(std::string& text) noexcept;

/// The candidate with the fewest edits to what was typed, or empty if none is near (for "did you mean").
std::string_view nearest(std::string_view typed, const std::string_view* candidates, std::size_t count);

}  // namespace netpulse
