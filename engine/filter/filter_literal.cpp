#include "engine/filter/filter_literal.h"

#include <charconv>
#include <cmath>
#include <utility>

#include "engine/base/address_prefix.h"
#include "engine/base/text.h"
#include "engine/base/time_text.h"

namespace netpulse {
namespace {

using Problem = std::string;

int hex_digit(char c) noexcept {
  return c >= '0' && c <= '9'   ? c - '0'
         : c >= 'a' && c <= 'f' ? c - 'a' + 10
         : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                : -1;
}

bool ends_word(char c) noexcept {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == ',' || c == '(' || c == ')' || c == '{' || c == '}' ||
         c == '&' || c == '|' || c == '"';
}

/// Behind a backslash: " and \ stand for themselves, \xHH for a byte; before all others the backslash stays, as regular
/// expressions need it.
void append_escaped(std::string_view expression, std::size_t& position, std::string& out) {
  const char c = expression[position];
  if (c == 'x' && position + 2 < expression.size() && hex_digit(expression[position + 1]) >= 0 &&
      hex_digit(expression[position + 2]) >= 0) {
    out += static_cast<char>(hex_digit(expression[position + 1]) * 16 + hex_digit(expression[position + 2]));
    position += 3;
    return;
  }
  if (c != '"' && c != '\\') out += '\\';
  out += c;
  ++position;
}

struct Unit {
  std::string_view name;
  double factor;
};
constexpr Unit kTimeUnits[] = {{"ns", 1e-9}, {"us", 1e-6}, {"ms", 1e-3}, {"s", 1}, {"m", 60}, {"min", 60}, {"h", 3600}};
constexpr Unit kAmountUnits[] = {{"k", 1e3},  {"K", 1e3},   {"M", 1e6},      {"G", 1e9},
                                 {"T", 1e12}, {"Ki", 1024}, {"Mi", 1048576}, {"Gi", 1073741824}};

std::optional<double> factor_of(std::string_view unit, const FilterField& field) {
  if (unit.empty()) return 1;
  const auto among = [&](const auto& units) -> std::optional<double> {
    for (const Unit& known : units)
      if (known.name == unit) return known.factor;
    return std::nullopt;
  };
  return field.unit == "seconds" ? among(kTimeUnits) : among(kAmountUnits);
}

std::optional<FilterValue> number(std::string_view text, const FilterField& field) {
  const char *const begin = text.data(), *const end = begin + text.size();
  if (text.starts_with("0x") || text.starts_with("0X")) {
    std::uint64_t value = 0;
    const auto [behind, error] = std::from_chars(begin + 2, end, value, 16);
    if (error != std::errc() || behind != end || text.size() == 2) return std::nullopt;
    return value;
  }
  std::uint64_t whole = 0;
  if (const auto [behind, error] = std::from_chars(begin, end, whole); error == std::errc() && behind == end)
    return whole;
  double value = 0;
  const auto [behind, error] = std::from_chars(begin, end, value, std::chars_format::fixed);
  if (error != std::errc() || !std::isfinite(value)) return std::nullopt;
  const auto factor = factor_of({behind, static_cast<std::size_t>(end - behind)}, field);
  if (!factor) return std::nullopt;
  return value * *factor;
}

std::optional<FilterOperand> number_operand(const std::string& text, const FilterField& field) {
  const std::size_t dots = text.find("..");
  const auto low = number(std::string_view(text).substr(0, dots), field);
  const auto high = dots == std::string::npos ? low : number(std::string_view(text).substr(dots + 2), field);
  if (!low || !high) return std::nullopt;
  return FilterOperand{*low, *high, nullptr};
}

std::optional<FilterOperand> address_operand(std::string_view text, Problem& problem) {
  const auto prefix = AddressPrefix::parse(text);
  if (prefix.ok()) return FilterOperand{prefix.value().network, prefix.value().last(), nullptr};
  if (text.find('/') != std::string_view::npos) problem = prefix.error().message;
  return std::nullopt;
}

Problem expected(const FilterField& field, const std::string& what) { return field.name + " is compared with " + what; }

}  // namespace

FilterLiteral read_filter_literal(std::string_view expression, std::size_t position) {
  FilterLiteral literal{position, position, {}, false, {}};
  if (position < expression.size() && expression[position] == '"') {
    literal.quoted = true;
    for (++position; position < expression.size() && expression[position] != '"';) {
      if (expression[position] == '\\' && position + 1 < expression.size())
        append_escaped(expression, ++position, literal.text);
      else
        literal.text += expression[position++];
    }
    if (position >= expression.size()) literal.problem = "this quotation mark has no other one";
    literal.end = std::min(position + 1, expression.size());
    return literal;
  }
  while (position < expression.size() && !ends_word(expression[position])) literal.text += expression[position++];
  literal.end = position;
  if (literal.text.empty()) literal.problem = "expected a value here";
  return literal;
}

std::optional<FilterOperand> filter_operand(const FilterLiteral& literal, const FilterField& field,
                                            std::string& problem) {
  switch (field.type) {
    case FilterType::kNumber:
      problem =
          expected(field, field.unit == "seconds" ? "a number of seconds, or one with a unit: 0.5, 20ms, 2h"
                                                  : "a number such as 443, 0x1f, 1.5M, or a range such as 80..90");
      return number_operand(literal.text, field);
    case FilterType::kAddress:
      problem = expected(field, "an address such as 192.0.2.1 or 2001:db8::1, or a network such as 192.0.2.0/24");
      return address_operand(literal.text, problem);
    case FilterType::kBoolean:
      problem = expected(field, "true or false");
      if (literal.text != "true" && literal.text != "false") return std::nullopt;
      return FilterOperand{literal.text == "true", literal.text == "true", nullptr};
    case FilterType::kTime: {
      problem = expected(field, "a time such as \"2024-05-01T12:00:00Z\"");
      const auto time = parse_utc(literal.text);
      if (!time) return std::nullopt;
      return FilterOperand{*time, *time, nullptr};
    }
    case FilterType::kText:
      break;
  }
  auto text = std::make_unique<std::string>(literal.text);
  const std::string_view view = *text;
  return FilterOperand{view, view, std::move(text)};
}

}  // namespace netpulse
