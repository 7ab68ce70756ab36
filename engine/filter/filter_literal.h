#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "engine/filter/filter_program.h"

namespace netpulse {

/// What stands behind an operator: "quoted text", or a word that ends at a space, comma, bracket, & or |.
struct FilterLiteral {
  std::size_t begin = 0, end = 0;  ///< in the expression
  std::string text;                ///< without quotes and escapes
  bool quoted = false;
  std::string problem;  ///< not empty: why it is none; begin and end are the place
};
FilterLiteral read_filter_literal(std::string_view expression, std::size_t position);

/// The literal as a value of the field; nothing, and why not, if it is none.
std::optional<FilterOperand> filter_operand(const FilterLiteral& literal, const FilterField& field,
                                            std::string& problem);

}  // namespace netpulse
