#include "exporters/web/http_query.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "engine/base/text.h"

namespace netpulse {
namespace {

int hex_digit(char c) noexcept {
  return c >= '0' && c <= '9'   ? c - '0'
         : c >= 'a' && c <= 'f' ? c - 'a' + 10
         : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                : -1;
}

std::optional<std::string> decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i] == '+' ? ' ' : text[i];
      continue;
    }
    if (i + 2 >= text.size() || hex_digit(text[i + 1]) < 0 || hex_digit(text[i + 2]) < 0) return std::nullopt;
    out += static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]));
    i += 2;
  }
  return out;
}

}  // namespace

Result<HttpQuery> HttpQuery::parse(std::string_view query) {
  HttpQuery parsed;
  while (!query.empty()) {
    const std::string_view part = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(part.size() + 1, query.size()));
    if (part.empty()) continue;
    const std::size_t equals = part.find('=');
    auto name = decoded(part.substr(0, equals));
    auto value = equals == std::string_view::npos ? std::string() : decoded(part.substr(equals + 1));
    if (!name || !value) return Error{"a % in the address is not followed by two hexadecimal digits"};
    if (parsed.find(*name) != nullptr) return Error{"the parameter " + printable(*name) + " comes twice"};
    parsed.parameters_.emplace_back(*std::move(name), *std::move(value));
  }
  return parsed;
}

const std::string* HttpQuery::find(std::string_view name) const {
  const auto found = std::find_if(parameters_.begin(), parameters_.end(),
                                  [name](const auto& parameter) { return parameter.first == name; });
  return found == parameters_.end() ? nullptr : &found->second;
}

std::string HttpQuery::text(std::string_view name, std::string_view otherwise) const {
  const std::string* value = find(name);
  return value == nullptr ? std::string(otherwise) : *value;
}

Result<std::uint64_t> HttpQuery::number(std::string_view name, std::uint64_t otherwise, std::uint64_t low,
                                        std::uint64_t high) const {
  const std::string* text = find(name);
  if (text == nullptr) return otherwise;
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (error == std::errc{} && end == text->data() + text->size() && value >= low && value <= high) return value;
  return Error{std::string(name) + " is a number from " + std::to_string(low) + " to " + std::to_string(high)};
}

Result<void> HttpQuery::only(std::initializer_list<std::string_view> known) const {
  for (const auto& [name, value] : parameters_) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    const std::string_view near = nearest(name, known.begin(), known.size());
    return Error{"there is no parameter " + printable(name) +
                 (near.empty() ? std::string() : "; did you mean " + std::string(near) + "?")};
  }
  return {};
}

}  // namespace netpulse
