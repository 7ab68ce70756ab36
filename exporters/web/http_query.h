#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/result.h"

namespace netpulse {

/// The parameters of a request, decoded (application/x-www-form-urlencoded: %HH, + for a space).
class HttpQuery {
 public:
  /// query: what follows the "?". Errors: a % without two digits behind it, a parameter that comes twice.
  static Result<HttpQuery> parse(std::string_view query);

  /// The parameter's value, or otherwise.
  std::string text(std::string_view name, std::string_view otherwise) const;
  /// Error: it is no number from low to high; the message says so.
  Result<std::uint64_t> number(std::string_view name, std::uint64_t otherwise, std::uint64_t low,
                               std::uint64_t high) const;
  /// Error: names a parameter that is none of known, and the nearest one.
  Result<void> only(std::initializer_list<std::string_view> known) const;

 private:
  const std::string* find(std::string_view name) const;
  std::vector<std::pair<std::string, std::string>> parameters_;
};

}  // namespace netpulse
