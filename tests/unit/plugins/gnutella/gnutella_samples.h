#pragma once

#include "plugins/gnutella/gnutella.h"
#include "tests/unit/plugins/common/hello_builder.h"
#include "tests/unit/plugins/samples.h"

namespace netpulse::test {

inline ByteVector gnutella_descriptor(std::uint8_t type, const ByteVector& payload) {
  ByteVector out(16, 0x9e);
  append(out, {type, 1, 0, static_cast<std::uint8_t>(payload.size()), 0, 0, 0});
  append(out, payload);
  return out;
}

template <>
struct Samples<Gnutella> {
  static std::vector<Sample> conversations() {
    return {{"connect", 6, 6346, {{true, bytes_of("GNUTELLA CONNECT/0.")}}, true},
            {"answer", 6, 6346, {{false, bytes_of("GNUTELLA/0.")}}, true},
            {"ping", 17, 28681, {{true, gnutella_descriptor(0, {0xc3, 2, 'S', 'C', 'P'})}}, true},
            {"acknowledgement", 17, 28681, {{true, {'G', 'N', 'D', 0, 0x3f, 0xba, 1, 0}}}, true}};
  }
};

}  // namespace netpulse::test
