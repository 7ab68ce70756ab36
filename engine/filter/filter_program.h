#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/analysis/pattern_matcher.h"
#include "engine/filter/filter_expression.h"

namespace netpulse {

enum class FilterOperator : std::uint8_t {
  kExists,
  kEqual,  ///< also "in": to any of the operands
  kNotEqual,
  kLess,
  kLessOrEqual,
  kGreater,
  kGreaterOrEqual,
  kContains,
  kMatches,
};

/// What a field is compared with: one value as a range of itself.
struct FilterOperand {
  FilterValue low, high;  ///< both inclusive; texts point into text
  std::unique_ptr<std::string> text;
};

/// A regular expression and its scratch memory.
struct FilterPattern {
  explicit FilterPattern(PatternDatabase compiled) : database(std::move(compiled)), scanner(database) {}
  PatternDatabase database;
  PatternScanner scanner;
};

/// One step of an expression; its children lie before it.
struct FilterNode {
  enum class Kind : std::uint8_t { kAnd, kOr, kNot, kProtocol, kCompare };
  Kind kind = Kind::kCompare;
  std::uint32_t left = 0, right = 0;  ///< indices of children
  std::size_t subject = 0;            ///< of the vocabulary's fields or protocols
  FilterOperator op = FilterOperator::kExists;
  std::vector<FilterOperand> operands;
  std::unique_ptr<FilterPattern> pattern;
};

struct FilterExpression::Program {
  std::vector<FilterNode> nodes;  ///< the last one is the whole; empty: everything matches
  mutable std::vector<FilterValue> values;
};

}  // namespace netpulse
