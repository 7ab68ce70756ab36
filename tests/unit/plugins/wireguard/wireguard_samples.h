#pragma once

#include "plugins/wireguard/wireguard.h"
#include "tests/unit/plugins/common/hello_builder.h"
#include "tests/unit/plugins/samples.h"

namespace netpulse::test {

inline ByteVector wireguard_message(std::uint8_t type, std::size_t size) {
  ByteVector out{type, 0, 0, 0};
  append(out, ByteVector(size - out.size(), 0xa7));
  return out;
}
inline ByteVector wireguard_data(std::uint8_t counter, std::size_t size = 96) {
  ByteVector out{4, 0, 0, 0, 1, 2, 3, 4, counter, 0, 0, 0, 0, 0, 0, 0};
  append(out, ByteVector(size - out.size(), 0xa7));
  return out;
}

template <>
struct Samples<Wireguard> {
  static std::vector<Sample> conversations() {
    return {{"initiation", 17, 51820, {{true, wireguard_message(1, 148)}}, true},
            {"response", 17, 51820, {{false, wireguard_message(2, 92)}}, true},
            {"cookie", 17, 51820, {{false, wireguard_message(3, 64)}}, true},
            // The shortest message, so that each of its truncations is none.
            {"data",
             17,
             51820,
             {{true, wireguard_data(0, 32)}, {true, wireguard_data(1, 32)}, {true, wireguard_data(3, 32)}},
             true}};
  }
};

}  // namespace netpulse::test
