#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "engine/filter/filter_program.h"

namespace netpulse {

/// Recursive descent over one expression; the first fault ends it.
class FilterParser {
 public:
  FilterParser(std::string_view text, const FilterVocabulary& vocabulary) : text_(text), vocabulary_(vocabulary) {}

  std::variant<FilterExpression, FilterFault> parse();

 private:
  using Index = std::uint32_t;
  /// Bounds both the parser's and the evaluation's recursion.
  static constexpr std::size_t kNodesMax = 512, kDepthMax = 64, kSetMax = 1024;
  /// A pattern may take half a second to compile.
  static constexpr std::size_t kPatternsMax = 8, kPatternBytesMax = 256;

  // Each returns the index of its node, or nothing after a fault.
  std::optional<Index> any_of();
  std::optional<Index> all_of();
  std::optional<Index> negated();
  std::optional<Index> primary();
  std::optional<Index> comparison();
  std::optional<Index> compare(std::size_t field);
  std::optional<Index> compare_set(FilterNode node, const FilterField& field);
  std::optional<Index> match_pattern(FilterNode node, const FilterField& field);
  std::optional<Index> add(FilterNode node);
  std::optional<Index> join(FilterNode::Kind kind, Index left, Index right);

  std::optional<FilterOperator> take_operator();
  std::optional<FilterOperand> operand(const FilterField& field);

  void skip_spaces() noexcept;
  bool take(std::string_view symbol) noexcept;
  /// A word, so that "order" is not "or".
  bool take_word(std::string_view word) noexcept;
  std::string_view name() noexcept;
  std::nullopt_t fail(std::size_t offset, std::size_t length, std::string message);

  const std::string_view text_;
  const FilterVocabulary& vocabulary_;
  std::size_t position_ = 0, depth_ = 0, patterns_ = 0;
  std::unique_ptr<FilterExpression::Program> program_;
  std::optional<FilterFault> fault_;
};

}  // namespace netpulse
