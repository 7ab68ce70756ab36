#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "engine/base/assert.h"

namespace netpulse {

/// What went wrong, in a sentence that tells the user what to do next.
struct Error {
  std::string message;
};

/// A value or an Error, for configuration, devices and files; never used per packet.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}      // NOLINT(google-explicit-constructor)
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT(google-explicit-constructor)

  bool ok() const noexcept { return state_.index() == 0; }
  explicit operator bool() const noexcept { return ok(); }

  T& value() & {
    NP_ASSERT(ok());
    return std::get<0>(state_);
  }
  const T& value() const& {
    NP_ASSERT(ok());
    return std::get<0>(state_);
  }
  T&& value() && {
    NP_ASSERT(ok());
    return std::get<0>(std::move(state_));
  }
  const Error& error() const {
    NP_ASSERT(!ok());
    return std::get<1>(state_);
  }

 private:
  std::variant<T, Error> state_;
};

/// Success, or an Error.
template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)) {}  // NOLINT(google-explicit-constructor)

  bool ok() const noexcept { return !error_.has_value(); }
  explicit operator bool() const noexcept { return ok(); }
  const Error& error() const {
    NP_ASSERT(!ok());
    return *error_;
  }

 private:
  std::optional<Error> error_;
};

}  // namespace netpulse
