#pragma once

#include <span>
#include <string_view>

namespace netpulse {

/// A file that is part of the program.
struct BuiltinFile {
  std::string_view name;  ///< for messages
  std::string_view text;
};

/// configs/catalogue as it was when the program was built, so that it knows applications wherever it is run.
std::span<const BuiltinFile> builtin_catalogue_files() noexcept;

}  // namespace netpulse
