#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "engine/base/result.h"

// The one header that brings toml++ in; only .cpp files include it.
#include <toml++/toml.h>

namespace netpulse {

/// A TOML file may be this large; more is taken for a mistake (or an endless device).
inline constexpr std::size_t kTomlBytesMax = 4U << 20;
/// Parts of a dotted key, and brackets inside brackets. toml++ releases its tree by recursion, so a file of a few
/// hundred kilobytes of "a.a.a" would otherwise overflow the stack.
inline constexpr int kTomlKeyPartsMax = 8;
inline constexpr int kTomlNestingMax = 16;

/// The whole file. Error: its name and why it cannot be read, or that it is larger than kTomlBytesMax.
Result<std::string> read_toml_file(const std::string& path);

/// Parses TOML 1.0. Error: "NAME:LINE:COLUMN: reason". name: for messages.
Result<toml::table> parse_toml(std::string_view text, const std::string& name);

/// "NAME:LINE", the place of a node for messages.
std::string toml_place(const std::string& name, const toml::node& node);

/// A value as the user wrote it, or nearly: short and safe to print.
std::string toml_value_text(const toml::node& node);

}  // namespace netpulse
