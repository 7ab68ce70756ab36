#include "engine/filter/filter_expression.h"

#include <algorithm>

#include "engine/base/text.h"
#include "engine/filter/filter_program.h"

namespace netpulse {
namespace {

char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }
bool same_letter(char a, char b) noexcept { return lower(a) == lower(b); }

/// Negative, 0, positive; texts by bytes in lower case.
int compare(const FilterValue& a, const FilterValue& b) {
  const auto order = [](const auto& x, const auto& y) { return x < y ? -1 : y < x ? 1 : 0; };
  if (const auto* x = std::get_if<std::uint64_t>(&a)) {
    if (const auto* y = std::get_if<std::uint64_t>(&b)) return order(*x, *y);
    return order(static_cast<double>(*x), std::get<double>(b));
  }
  if (const auto* x = std::get_if<double>(&a)) {
    if (const auto* y = std::get_if<std::uint64_t>(&b)) return order(*x, static_cast<double>(*y));
    return order(*x, std::get<double>(b));
  }
  if (const auto* x = std::get_if<bool>(&a)) return order(*x, std::get<bool>(b));
  if (const auto* x = std::get_if<Timestamp>(&a)) return order(x->nanoseconds, std::get<Timestamp>(b).nanoseconds);
  if (const auto* x = std::get_if<IpAddress>(&a)) return order(*x, std::get<IpAddress>(b));
  const auto x = std::get<std::string_view>(a), y = std::get<std::string_view>(b);
  const auto [in_x, in_y] = std::mismatch(x.begin(), x.end(), y.begin(), y.end(), same_letter);
  if (in_x == x.end() || in_y == y.end()) return order(x.size(), y.size());
  return order(static_cast<unsigned char>(lower(*in_x)), static_cast<unsigned char>(lower(*in_y)));
}

bool contains(std::string_view text, std::string_view part) {
  return std::search(text.begin(), text.end(), part.begin(), part.end(), same_letter) != text.end();
}

bool pattern_matches(FilterPattern& pattern, std::string_view text) {
  bool found = false;
  const auto on_match = [](void* user, std::uint32_t, std::size_t) {
    *static_cast<bool*>(user) = true;
    return false;
  };
  pattern.scanner.scan({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}, on_match, &found);
  return found;
}

bool holds(const FilterNode& node, const FilterValue& value) {
  const auto in_any = [&] {
    return std::any_of(node.operands.begin(), node.operands.end(), [&](const FilterOperand& operand) {
      return compare(value, operand.low) >= 0 && compare(value, operand.high) <= 0;
    });
  };
  switch (node.op) {
    case FilterOperator::kExists:
      return !std::holds_alternative<bool>(value) || std::get<bool>(value);
    case FilterOperator::kEqual:
    case FilterOperator::kNotEqual:  // of all values, decided by compare_all()
      return in_any();
    case FilterOperator::kLess:
      return compare(value, node.operands.front().low) < 0;
    case FilterOperator::kLessOrEqual:
      return compare(value, node.operands.front().high) <= 0;
    case FilterOperator::kGreater:
      return compare(value, node.operands.front().high) > 0;
    case FilterOperator::kGreaterOrEqual:
      return compare(value, node.operands.front().low) >= 0;
    case FilterOperator::kContains:
      return contains(std::get<std::string_view>(value), std::get<std::string_view>(node.operands.front().low));
    case FilterOperator::kMatches:
      return pattern_matches(*node.pattern, std::get<std::string_view>(value));
  }
  return false;
}

bool compare_all(const FilterNode& node, const std::vector<FilterValue>& values) {
  const bool any =
      std::any_of(values.begin(), values.end(), [&](const FilterValue& value) { return holds(node, value); });
  return node.op == FilterOperator::kNotEqual ? !values.empty() && !any : any;
}

}  // namespace

const char* filter_type_name(FilterType type) noexcept {
  switch (type) {
    case FilterType::kNumber:
      return "a number";
    case FilterType::kText:
      return "text";
    case FilterType::kAddress:
      return "an address";
    case FilterType::kBoolean:
      return "true or false";
    case FilterType::kTime:
      return "a time";
  }
  return "";
}

std::string marked(std::string_view expression, const FilterFault& fault) {
  // Made printable piece by piece, so that the mark stands below what is wrong.
  const std::size_t begin = std::min(fault.offset, expression.size());
  const std::string before = printable(expression.substr(0, begin));
  const std::string wrong = printable(expression.substr(begin, fault.length));
  const std::string rest =
      begin + fault.length < expression.size() ? printable(expression.substr(begin + fault.length)) : std::string();
  constexpr std::size_t kIndent = 2;
  return std::string(kIndent, ' ') + before + wrong + rest + '\n' + std::string(kIndent + before.size(), ' ') + '^' +
         std::string(wrong.empty() ? 0 : wrong.size() - 1, '~');
}

FilterExpression::FilterExpression(std::unique_ptr<Program> program) : program_(std::move(program)) {}
FilterExpression::FilterExpression(FilterExpression&&) noexcept = default;
FilterExpression& FilterExpression::operator=(FilterExpression&&) noexcept = default;
FilterExpression::~FilterExpression() = default;

bool FilterExpression::empty() const noexcept { return program_->nodes.empty(); }

bool FilterExpression::matches(const FilterSubject& subject) const {
  if (program_->nodes.empty()) return true;
  std::vector<FilterValue>& values = program_->values;
  const auto evaluate = [&](const auto& self, std::size_t index) -> bool {
    const FilterNode& node = program_->nodes[index];
    switch (node.kind) {
      case FilterNode::Kind::kAnd:
        return self(self, node.left) && self(self, node.right);
      case FilterNode::Kind::kOr:
        return self(self, node.left) || self(self, node.right);
      case FilterNode::Kind::kNot:
        return !self(self, node.left);
      case FilterNode::Kind::kProtocol:
        return subject.is(node.subject);
      case FilterNode::Kind::kCompare:
        values.clear();
        subject.values(node.subject, values);
        return compare_all(node, values);
    }
    return false;
  };
  return evaluate(evaluate, program_->nodes.size() - 1);
}

}  // namespace netpulse
