#pragma once

#include "plugins/socks/socks.h"
#include "tests/unit/plugins/common/hello_builder.h"
#include "tests/unit/plugins/samples.h"

namespace netpulse::test {

template <>
struct Samples<Socks> {
  static std::vector<Sample> conversations() {
    return {{"version 5",
             6,
             1080,
             {{true, {5, 2, 0, 2}},
              {false, {5, 0}},
              {true, {5, 1, 0, 3, 3, 'a', '.', 'b', 1, 187}},
              {false, {5, 0, 0, 1, 0, 0, 0, 0, 0, 0}}},
             true},
            {"version 5, no method in common", 6, 1080, {{true, {5, 1, 0}}, {false, {5, 0xff}}}, true},
            {"version 4",
             6,
             9050,
             {{true, {4, 1, 0, 80, 192, 0, 2, 9, 'm', 'e', 0}}, {false, {0, 90, 0, 0, 0, 0, 0, 0}}},
             true},
            {"version 4a",
             6,
             9050,
             {{true, {4, 1, 1, 187, 0, 0, 0, 1, 0, 'a', '.', 'b', 0}}, {false, {0, 91, 0, 0, 0, 0, 0, 0}}},
             true}};
  }
};

}  // namespace netpulse::test
