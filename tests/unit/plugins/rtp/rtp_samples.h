#pragma once

#include "plugins/rtp/rtp.h"
#include "tests/unit/plugins/common/hello_builder.h"
#include "tests/unit/plugins/samples.h"

namespace netpulse::test {

inline ByteVector rtp_packet(std::uint16_t sequence, std::uint32_t timestamp, std::uint32_t ssrc = 0x1b2c3d4e,
                             std::uint8_t payload_type = 8) {
  ByteVector out{0x80, payload_type};
  put_u16(out, sequence);
  put_u16(out, timestamp >> 16);
  put_u16(out, timestamp & 0xffff);
  put_u16(out, ssrc >> 16);
  put_u16(out, ssrc & 0xffff);
  append(out, ByteVector(20, 0xd5));
  return out;
}
/// A receiver report with one block, and a source description.
inline ByteVector rtcp_compound() {
  ByteVector out{0x81, 201, 0, 7, 1, 2, 3, 4};
  append(out, ByteVector(24, 0x11));
  append(out, {0x81, 202, 0, 3, 1, 2, 3, 4, 1, 3, 'a', '@', 'b', 0, 0, 0});
  return out;
}

template <>
struct Samples<Rtp> {
  static std::vector<Sample> conversations() {
    return {{"one way",
             17,
             20000,
             {{true, rtp_packet(65534, 160)},
              {true, rtp_packet(65535, 320)},
              {true, rtp_packet(0, 480)},
              {true, rtp_packet(1, 640)},
              {true, rtp_packet(2, 800)}},
             false}};
  }
};
template <>
struct Samples<Rtcp> {
  static std::vector<Sample> conversations() {
    ByteVector sender{0x80, 200, 0, 6};
    append(sender, ByteVector(24, 0x22));
    return {{"reports", 17, 20001, {{true, rtcp_compound()}, {false, sender}}, false}};
  }
};

}  // namespace netpulse::test
