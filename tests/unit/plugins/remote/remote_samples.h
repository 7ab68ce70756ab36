#pragma once

#include "plugins/remote/remote.h"
#include "tests/unit/plugins/common/hello_builder.h"
#include "tests/unit/plugins/samples.h"

namespace netpulse::test {

template <>
struct Samples<Vnc> {
  static std::vector<Sample> conversations() {
    return {{"version", 6, 5901, {{false, bytes_of("RFB 003.008\n")}}, true}};
  }
};
template <>
struct Samples<Telnet> {
  static std::vector<Sample> conversations() { return {{"negotiation", 6, 23, {{false, {0xff, 0xfd, 0x18}}}, true}}; }
};
template <>
struct Samples<X11> {
  static std::vector<Sample> conversations() {
    ByteVector setup{'l', 0, 11, 0, 0, 0, 5, 0, 3, 0, 0, 0};
    append(setup, bytes_of("COOKI...XYZ."));
    return {{"little endian", 6, 6000, {{true, setup}}, true},
            {"big endian", 6, 6010, {{true, {'B', 0, 0, 11, 0, 0, 0, 0, 0, 0, 0, 0}}}, true}};
  }
};

}  // namespace netpulse::test
