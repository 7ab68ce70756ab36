#include "engine/filter/filter_parser.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "engine/base/text.h"
#include "engine/filter/filter_literal.h"

namespace netpulse {
namespace {

bool name_begins(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool name_goes_on(char c) noexcept { return name_begins(c) || (c >= '0' && c <= '9') || c == '.' || c == '-'; }

bool ordered(FilterType type) noexcept { return type == FilterType::kNumber || type == FilterType::kTime; }
bool is_order(FilterOperator op) noexcept {
  return op >= FilterOperator::kLess && op <= FilterOperator::kGreaterOrEqual;
}

}  // namespace

std::variant<FilterExpression, FilterFault> FilterExpression::parse(std::string_view text,
                                                                    const FilterVocabulary& vocabulary) {
  return FilterParser(text, vocabulary).parse();
}

std::variant<FilterExpression, FilterFault> FilterParser::parse() {
  program_ = std::make_unique<FilterExpression::Program>();
  if (text_.size() > FilterExpression::kBytesMax)
    return FilterFault{FilterExpression::kBytesMax, text_.size() - FilterExpression::kBytesMax,
                       "a filter has at most " + std::to_string(FilterExpression::kBytesMax) + " characters"};
  skip_spaces();
  if (position_ < text_.size() && any_of()) {
    skip_spaces();
    if (position_ < text_.size())
      fail(position_, text_.size() - position_, "expected && or || here, or the end of the filter");
  }
  if (fault_) return *std::move(fault_);
  return FilterExpression(std::move(program_));
}

std::optional<FilterParser::Index> FilterParser::any_of() {
  std::optional<Index> left = all_of();
  while (left && (take("||") || take_word("or"))) {
    const std::optional<Index> right = all_of();
    left = right ? join(FilterNode::Kind::kOr, *left, *right) : std::nullopt;
  }
  return left;
}

std::optional<FilterParser::Index> FilterParser::all_of() {
  std::optional<Index> left = negated();
  while (left && (take("&&") || take_word("and"))) {
    const std::optional<Index> right = negated();
    left = right ? join(FilterNode::Kind::kAnd, *left, *right) : std::nullopt;
  }
  return left;
}

std::optional<FilterParser::Index> FilterParser::negated() {
  skip_spaces();
  const std::size_t begin = position_;
  if (!take("!") && !take_word("not")) return primary();
  if (++depth_ > kDepthMax) return fail(begin, 1, "too many parentheses and negations within one another");
  const std::optional<Index> inside = negated();
  --depth_;
  return inside ? join(FilterNode::Kind::kNot, *inside, *inside) : std::nullopt;
}

std::optional<FilterParser::Index> FilterParser::primary() {
  skip_spaces();
  const std::size_t begin = position_;
  if (!take("(")) return comparison();
  if (++depth_ > kDepthMax) return fail(begin, 1, "too many parentheses and negations within one another");
  const std::optional<Index> inside = any_of();
  --depth_;
  if (inside && !take(")")) return fail(position_, 0, "expected ) for the ( at character " + std::to_string(begin + 1));
  return inside;
}

std::optional<FilterParser::Index> FilterParser::comparison() {
  skip_spaces();
  const std::size_t begin = position_;
  const std::string_view word = name();
  if (word.empty())
    return fail(begin, begin < text_.size() ? 1 : 0, "expected a field such as ip.addr, or a protocol such as dns");
  const auto field = std::find_if(vocabulary_.fields.begin(), vocabulary_.fields.end(),
                                  [&](const FilterField& known) { return known.name == word; });
  if (field != vocabulary_.fields.end()) return compare(static_cast<std::size_t>(field - vocabulary_.fields.begin()));
  const auto protocol = std::find(vocabulary_.protocols.begin(), vocabulary_.protocols.end(), word);
  if (protocol != vocabulary_.protocols.end()) {
    FilterNode node;
    node.kind = FilterNode::Kind::kProtocol;
    node.subject = static_cast<std::size_t>(protocol - vocabulary_.protocols.begin());
    return add(std::move(node));
  }
  std::vector<std::string_view> known;
  for (const FilterField& candidate : vocabulary_.fields) known.push_back(candidate.name);
  known.insert(known.end(), vocabulary_.protocols.begin(), vocabulary_.protocols.end());
  const std::string_view near = nearest(word, known.data(), known.size());
  return fail(begin, word.size(),
              "'" + printable(word) + "' is neither a field nor a protocol" +
                  (near.empty() ? std::string() : "; did you mean " + std::string(near) + "?"));
}

std::optional<FilterParser::Index> FilterParser::compare(std::size_t index) {
  const FilterField& field = vocabulary_.fields[index];
  FilterNode node;
  node.subject = index;
  skip_spaces();
  const std::size_t begin = position_;
  if (take_word("in")) {
    node.op = FilterOperator::kEqual;
    return compare_set(std::move(node), field);
  }
  const std::optional<FilterOperator> op = take_operator();
  if (!op) return fault_ ? std::nullopt : add(std::move(node));  // alone: whether there is one
  node.op = *op;
  if (is_order(*op) && !ordered(field.type))
    return fail(begin, position_ - begin,
                field.name + " is " + filter_type_name(field.type) + ", which has no order; use == or !=");
  const bool of_text = *op == FilterOperator::kContains || *op == FilterOperator::kMatches;
  if (of_text && field.type != FilterType::kText)
    return fail(begin, position_ - begin,
                field.name + " is " + filter_type_name(field.type) + "; contains and ~ are for text");
  if (*op == FilterOperator::kMatches) return match_pattern(std::move(node), field);
  std::optional<FilterOperand> value = operand(field);
  if (!value) return std::nullopt;
  node.operands.push_back(*std::move(value));
  return add(std::move(node));
}

std::optional<FilterParser::Index> FilterParser::compare_set(FilterNode node, const FilterField& field) {
  const bool braces = take("{");
  if (!braces && !take("(")) return fail(position_, 0, "expected { after in: " + field.name + " in {a, b}");
  const std::string_view end = braces ? "}" : ")";
  do {
    if (node.operands.size() == kSetMax) return fail(position_, 0, "too many values");
    std::optional<FilterOperand> value = operand(field);
    if (!value) return std::nullopt;
    node.operands.push_back(*std::move(value));
    skip_spaces();
  } while (take(",") || (position_ < text_.size() && !text_.substr(position_).starts_with(end)));
  if (!take(end)) return fail(position_, 0, "expected a comma or " + std::string(end));
  return add(std::move(node));
}

std::optional<FilterParser::Index> FilterParser::match_pattern(FilterNode node, const FilterField& field) {
  skip_spaces();
  const std::size_t begin = position_;
  const std::optional<FilterOperand> expression = operand(field);
  if (!expression) return std::nullopt;
  const PatternSource source{*expression->text, 0, true, false};
  if (source.expression.empty())
    return fail(begin, position_ - begin, "expected a regular expression that is not empty");
  if (source.expression.size() > kPatternBytesMax)
    return fail(begin, position_ - begin,
                "a regular expression has at most " + std::to_string(kPatternBytesMax) + " characters");
  if (++patterns_ > kPatternsMax)
    return fail(begin, position_ - begin,
                "a filter has at most " + std::to_string(kPatternsMax) + " regular expressions; (a|b) is one");
  auto compiled = PatternDatabase::compile({&source, 1});
  if (!compiled.ok()) return fail(begin, position_ - begin, "not a regular expression: " + compiled.error().message);
  node.pattern = std::make_unique<FilterPattern>(std::move(compiled).value());
  return add(std::move(node));
}

std::optional<FilterParser::Index> FilterParser::add(FilterNode node) {
  if (program_->nodes.size() >= kNodesMax) return fail(position_, 0, "a filter has at most 512 parts");
  program_->nodes.push_back(std::move(node));
  return static_cast<Index>(program_->nodes.size() - 1);
}

std::optional<FilterParser::Index> FilterParser::join(FilterNode::Kind kind, Index left, Index right) {
  FilterNode node;
  node.kind = kind;
  node.left = left;
  node.right = right;
  return add(std::move(node));
}

std::optional<FilterOperator> FilterParser::take_operator() {
  static constexpr std::pair<std::string_view, FilterOperator> kSymbols[] = {
      {"==", FilterOperator::kEqual},          {"!=", FilterOperator::kNotEqual}, {"<=", FilterOperator::kLessOrEqual},
      {">=", FilterOperator::kGreaterOrEqual}, {"<", FilterOperator::kLess},      {">", FilterOperator::kGreater},
      {"~", FilterOperator::kMatches},
  };
  static constexpr std::pair<std::string_view, FilterOperator> kWords[] = {
      {"eq", FilterOperator::kEqual},          {"ne", FilterOperator::kNotEqual},
      {"lt", FilterOperator::kLess},           {"gt", FilterOperator::kGreater},
      {"le", FilterOperator::kLessOrEqual},    {"ge", FilterOperator::kGreaterOrEqual},
      {"contains", FilterOperator::kContains}, {"matches", FilterOperator::kMatches},
  };
  for (const auto& [symbol, op] : kSymbols)
    if (take(symbol)) return op;
  for (const auto& [word, op] : kWords)
    if (take_word(word)) return op;
  if (take("=")) return fail(position_ - 1, 1, "a comparison is written ==");
  return std::nullopt;
}

std::optional<FilterOperand> FilterParser::operand(const FilterField& field) {
  skip_spaces();
  const FilterLiteral literal = read_filter_literal(text_, position_);
  if (!literal.problem.empty()) return fail(literal.begin, literal.end - literal.begin, literal.problem);
  position_ = literal.end;
  std::string problem;
  std::optional<FilterOperand> value = filter_operand(literal, field, problem);
  if (!value) return fail(literal.begin, literal.end - literal.begin, problem);
  return value;
}

void FilterParser::skip_spaces() noexcept {
  while (position_ < text_.size() &&
         (text_[position_] == ' ' || text_[position_] == '\t' || text_[position_] == '\n' || text_[position_] == '\r'))
    ++position_;
}

bool FilterParser::take(std::string_view symbol) noexcept {
  skip_spaces();
  if (!text_.substr(position_).starts_with(symbol)) return false;
  // "!=" without a field in front is no negation.
  if (symbol == "!" && text_.substr(position_).starts_with("!=")) return false;
  position_ += symbol.size();
  return true;
}

bool FilterParser::take_word(std::string_view word) noexcept {
  skip_spaces();
  if (!text_.substr(position_).starts_with(word)) return false;
  const std::size_t behind = position_ + word.size();
  if (behind < text_.size() && name_goes_on(text_[behind])) return false;
  position_ = behind;
  return true;
}

std::string_view FilterParser::name() noexcept {
  if (position_ >= text_.size() || !name_begins(text_[position_])) return {};
  const std::size_t begin = position_;
  while (position_ < text_.size() && name_goes_on(text_[position_])) ++position_;
  return text_.substr(begin, position_ - begin);
}

std::nullopt_t FilterParser::fail(std::size_t offset, std::size_t length, std::string message) {
  if (!fault_) fault_ = FilterFault{offset, length, std::move(message)};
  return std::nullopt;
}

}  // namespace netpulse
