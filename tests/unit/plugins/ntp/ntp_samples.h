#pragma once

#include "plugins/ntp/ntp.h"
#include "tests/unit/plugins/common/hello_builder.h"
#include "tests/unit/plugins/samples.h"

namespace netpulse::test {

inline ByteVector ntp_packet(std::uint8_t first, std::uint8_t stratum, std::size_t size = 48) {
  ByteVector out{first, stratum, 6, 0xe9, 0, 0, 0x0c, 0x1a, 0, 0, 0x03, 0x20, 192, 0, 2, 1};
  append(out, ByteVector(size - out.size(), 0x5a));
  return out;
}

template <>
struct Samples<Ntp> {
  static std::vector<Sample> conversations() {
    ByteVector control{0x16, 2, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0};
    return {{"client", 17, 123, {{true, ntp_packet(0x23, 0)}}, true},
            {"server", 17, 123, {{false, ntp_packet(0x1c, 2)}}, true},
            {"control", 17, 123, {{true, control}}, true}};
  }
};

}  // namespace netpulse::test
