#pragma once

#include "plugins/carrier/carrier.h"
#include "tests/unit/plugins/common/hello_builder.h"
#include "tests/unit/plugins/samples.h"

namespace netpulse::test {

inline ByteVector bgp_keepalive() {
  ByteVector out(16, 0xff);
  append(out, {0, 19, 4});
  return out;
}
inline ByteVector diameter_message() {
  ByteVector out{1, 0, 0, 32, 0x80, 0, 1, 1};
  append(out, ByteVector(12, 0));
  append(out, {0, 0, 1, 8, 0x40, 0, 0, 12, 'h', 'o', 's', 't'});
  return out;
}
inline ByteVector rip_response() {
  ByteVector out{2, 2, 0, 0};
  append(out, ByteVector(40, 0x01));
  return out;
}
/// A Sync message.
inline ByteVector ptp_sync() {
  ByteVector out{0x00, 0x02, 0, 44};
  append(out, ByteVector(40, 0x31));
  return out;
}

template <>
struct Samples<Bgp> {
  static std::vector<Sample> conversations() { return {{"keep-alive", 6, 179, {{true, bgp_keepalive()}}, true}}; }
};
template <>
struct Samples<Gtp> {
  static std::vector<Sample> conversations() {
    return {{"version 1", 17, 2123, {{true, {0x32, 1, 0, 4, 0, 0, 0, 0, 0, 7, 0, 0}}}, true},
            {"version 2", 17, 2123, {{true, {0x40, 1, 0, 9, 0, 0, 7, 0, 3, 0, 1, 0, 5}}}, true}};
  }
};
template <>
struct Samples<Pfcp> {
  static std::vector<Sample> conversations() {
    return {{"heartbeat", 17, 8805, {{true, {0x20, 1, 0, 12, 0, 0, 7, 0, 0, 96, 0, 4, 1, 2, 3, 4}}}, true}};
  }
};
template <>
struct Samples<Diameter> {
  static std::vector<Sample> conversations() { return {{"capabilities", 6, 3868, {{true, diameter_message()}}, true}}; }
};
template <>
struct Samples<Rip> {
  static std::vector<Sample> conversations() {
    // One entry, so that no truncation has whole entries.
    ByteVector request{1, 1, 0, 0};
    append(request, ByteVector(20, 0));
    return {{"request", 17, 520, {{true, request}}, true}};
  }
};
template <>
struct Samples<Ptp> {
  static std::vector<Sample> conversations() { return {{"sync", 17, 319, {{true, ptp_sync()}}, true}}; }
};

}  // namespace netpulse::test
