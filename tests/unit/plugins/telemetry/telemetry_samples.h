#pragma once

#include "plugins/telemetry/telemetry.h"
#include "tests/unit/plugins/common/hello_builder.h"
#include "tests/unit/plugins/samples.h"

namespace netpulse::test {

inline ByteVector netflow5(std::uint8_t count, std::size_t record_bytes = 48) {
  ByteVector out{0, 5, 0, count};
  append(out, ByteVector(20 + count * record_bytes, 0x41));
  return out;
}
/// A template set and a data set behind this many bytes of header.
inline ByteVector flow_sets(const ByteVector& header, std::uint8_t template_id) {
  ByteVector out = header;
  append(out, {0, template_id, 0, 12, 1, 0, 0, 1, 0, 8, 0, 4});
  append(out, {1, 0, 0, 8, 192, 0, 2, 1});
  return out;
}
/// One template set: nothing tells how many sets a message has, so one that ends with a set is whole.
inline ByteVector netflow9() {
  ByteVector out{0, 9, 0, 1};
  append(out, ByteVector(16, 0x11));
  append(out, {0, 0, 0, 12, 1, 0, 0, 1, 0, 8, 0, 4});
  return out;
}
inline ByteVector ipfix_message() {
  ByteVector header{0, 10, 0, 36};
  append(header, ByteVector(12, 0x11));
  return flow_sets(header, 2);
}
inline ByteVector sflow_datagram() {
  ByteVector out{0, 0, 0, 5, 0, 0, 0, 1, 192, 0, 2, 1};
  append(out, ByteVector(12, 0x07));
  append(out, {0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 4, 1, 2, 3, 4});
  return out;
}

template <>
struct Samples<Netflow> {
  static std::vector<Sample> conversations() {
    return {{"version 5", 17, 2055, {{true, netflow5(2)}}, true}, {"version 9", 17, 9996, {{true, netflow9()}}, true}};
  }
};
template <>
struct Samples<Ipfix> {
  static std::vector<Sample> conversations() {
    return {{"over UDP", 17, 4739, {{true, ipfix_message()}}, true},
            {"over TCP", 6, 4739, {{true, ipfix_message()}}, true}};
  }
};
template <>
struct Samples<Sflow> {
  static std::vector<Sample> conversations() { return {{"counters", 17, 6343, {{true, sflow_datagram()}}, true}}; }
};

}  // namespace netpulse::test
