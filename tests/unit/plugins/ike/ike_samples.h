#pragma once

#include "plugins/ike/ike.h"
#include "tests/unit/plugins/common/hello_builder.h"
#include "tests/unit/plugins/samples.h"

namespace netpulse::test {

inline ByteVector ike_message(std::uint8_t version, std::uint8_t exchange, std::size_t body_bytes = 12) {
  ByteVector out(8, 0x31);
  append(out, ByteVector(8, 0));
  append(out, {33, version, exchange, 8, 0, 0, 0, 0, 0, 0});
  put_u16(out, 28 + body_bytes);
  append(out, ByteVector(body_bytes, 0));
  return out;
}
inline ByteVector esp_packet(std::uint8_t sequence, std::uint8_t spi = 7, std::size_t size = 16) {
  ByteVector out{spi, 2, 3, 4, 0, 0, 0, sequence};
  append(out, ByteVector(size - 8, 0xe5));
  return out;
}

template <>
struct Samples<Ike> {
  static std::vector<Sample> conversations() {
    ByteVector behind_nat{0, 0, 0, 0};
    append(behind_nat, ike_message(0x20, 35));
    return {{"IKE_SA_INIT", 17, 500, {{true, ike_message(0x20, 34)}}, true},
            {"main mode", 17, 500, {{true, ike_message(0x10, 2)}}, true},
            {"IKE_AUTH behind a NAT", 17, 4500, {{true, behind_nat}}, true}};
  }
};
template <>
struct Samples<EspInUdp> {
  static std::vector<Sample> conversations() {
    return {{"packets and a keep-alive",
             17,
             4500,
             {{true, {0xff}}, {true, esp_packet(1)}, {true, esp_packet(2)}, {true, esp_packet(4)}},
             true}};
  }
};

}  // namespace netpulse::test
