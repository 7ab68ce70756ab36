#pragma once

#include <string_view>

#include "tests/unit/plugins/samples.h"

namespace netpulse::test {

inline ByteVector text_bytes(std::string_view text) { return {text.begin(), text.end()}; }

}  // namespace netpulse::test
