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
    const std::string connect = "GNUTELLA CONNECT/0.6\r\nUpgrade: TLS/1.0\r\n\r\n";
    const std::string answer = "GNUTELLA/0.6 200 OK\r\nConnection: Upgrade\r\n\r\n";
    return {{"upgrade to TLS",
             6,
             6346,
             {{true, bytes_of(connect)}, {false, bytes_of(answer)}, {true, bytes_of(answer + "\x16\x03\x01")}},
             true},
            {"descriptors", 6, 6346, {{true, bytes_of(connect)}, {false, bytes_of(answer + "\x9e")}}, true},
            {"from its middle on", 6, 6346, {{false, bytes_of(answer)}}, false},
            {"ping", 17, 28681, {{true, gnutella_descriptor(0, {0xc3, 2, 'S', 'C', 'P'})}}, true},
            {"acknowledgement", 17, 28681, {{true, {'G', 'N', 'D', 0, 0x3f, 0xba, 1, 0}}}, true}};
  }
};

}  // namespace netpulse::test
