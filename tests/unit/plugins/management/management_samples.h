#pragma once

#include "plugins/management/management.h"
#include "tests/unit/plugins/common/hello_builder.h"
#include "tests/unit/plugins/samples.h"

namespace netpulse::test {

inline ByteVector ber(std::uint8_t tag, const ByteVector& content) {
  ByteVector out{tag};
  append(out, with_length8(content));
  return out;
}
inline ByteVector snmp_get(std::uint8_t version = 1) {
  ByteVector content = ber(2, {version});
  append(content, ber(4, bytes_of("public")));
  append(content, ber(0xa0, ByteVector(20, 0x05)));
  return ber(0x30, content);
}
inline ByteVector snmp_version3() {
  ByteVector header = ber(2, {1, 2});
  append(header, ber(2, {5, 0xc0}));
  append(header, ber(4, {4}));
  append(header, ber(2, {3}));
  ByteVector content = ber(2, {3});
  append(content, ber(0x30, header));
  append(content, ber(4, ByteVector(12, 1)));
  return ber(0x30, content);
}
inline ByteVector tftp_step(std::uint8_t opcode, std::uint16_t block, std::size_t data_bytes = 0) {
  ByteVector out{0, opcode};
  put_u16(out, block);
  append(out, ByteVector(data_bytes, 'x'));
  return out;
}
inline ByteVector radius_request() {
  ByteVector out{1, 7, 0, 26};
  append(out, ByteVector(16, 0x3c));
  append(out, {1, 6, 'u', 's', 'e', 'r'});
  return out;
}

template <>
struct Samples<Snmp> {
  static std::vector<Sample> conversations() {
    return {{"version 2c", 17, 161, {{true, snmp_get()}}, true},
            {"version 3", 17, 161, {{true, snmp_version3()}}, true}};
  }
};
template <>
struct Samples<Syslog> {
  static std::vector<Sample> conversations() {
    return {{"old style", 17, 514, {{true, bytes_of("<34>Oct 11 22:14:15 host su: failed")}}, false}};
  }
};
template <>
struct Samples<Tftp> {
  static std::vector<Sample> conversations() {
    ByteVector request = bytes_of("boot.cfg");
    request.push_back(0);
    append(request, bytes_of("octet"));
    request.push_back(0);
    ByteVector read{0, 1};
    append(read, request);
    return {
        {"request", 17, 69, {{true, read}}, true},
        {"transfer", 17, 50001, {{false, tftp_step(3, 1)}, {true, tftp_step(4, 1)}, {false, tftp_step(3, 2)}}, true}};
  }
};
template <>
struct Samples<Radius> {
  static std::vector<Sample> conversations() { return {{"request", 17, 1812, {{true, radius_request()}}, true}}; }
};
template <>
struct Samples<Tacacs> {
  static std::vector<Sample> conversations() {
    return {{"authentication", 6, 49, {{true, {0xc0, 1, 1, 0, 1, 2, 3, 4, 0, 0, 0, 2, 9, 9}}}, true}};
  }
};

}  // namespace netpulse::test
