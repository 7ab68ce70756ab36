#pragma once

#include "plugins/databases/databases.h"
#include "tests/unit/plugins/common/hello_builder.h"
#include "tests/unit/plugins/samples.h"

namespace netpulse::test {

inline ByteVector mongodb_message(std::uint16_t opcode, std::uint8_t body_bytes = 24) {
  ByteVector out{
      static_cast<std::uint8_t>(16 + body_bytes), 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0, static_cast<std::uint8_t>(opcode),
      static_cast<std::uint8_t>(opcode >> 8),     0, 0};
  append(out, ByteVector(body_bytes, 0x31));
  return out;
}
inline ByteVector memcached_get() {
  ByteVector out{0x80, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 3};
  append(out, ByteVector(12, 0));
  append(out, bytes_of("key"));
  return out;
}
inline ByteVector tds_prelogin() {
  return {0x12, 1, 0, 26, 0, 0, 1, 0, 0, 0, 11, 0, 6, 1, 0, 17, 0, 1, 0xff, 9, 0, 0, 0, 0, 0, 2};
}
inline ByteVector tns_connect() {
  ByteVector out{0, 59, 0, 0, 1, 0, 0, 0, 1, 0x36, 1, 0x2c};
  append(out, ByteVector(22, 0));
  append(out, bytes_of("(CONNECT_DATA=(SID=orcl))"));
  return out;
}

template <>
struct Samples<Redis> {
  static std::vector<Sample> conversations() {
    return {{"command", 6, 6379, {{true, bytes_of("*1\r\n$4\r\nPING\r\n")}}, true}};
  }
};
template <>
struct Samples<Mongodb> {
  static std::vector<Sample> conversations() {
    return {{"query", 6, 27017, {{true, mongodb_message(2004)}}, true},
            {"message", 6, 40000, {{true, mongodb_message(2013)}}, true}};
  }
};
template <>
struct Samples<Memcached> {
  static std::vector<Sample> conversations() {
    ByteVector datagram{0, 1, 0, 0, 0, 1, 0, 0};
    append(datagram, bytes_of("stats\r\n"));
    return {{"text", 6, 11211, {{true, bytes_of("get key\r\n")}}, true},
            {"binary", 6, 11211, {{true, memcached_get()}}, true},
            {"datagram", 17, 11211, {{true, datagram}}, true}};
  }
};
template <>
struct Samples<Tds> {
  static std::vector<Sample> conversations() { return {{"pre-login", 6, 1433, {{true, tds_prelogin()}}, true}}; }
};
template <>
struct Samples<Oracle> {
  static std::vector<Sample> conversations() { return {{"connect", 6, 1521, {{true, tns_connect()}}, true}}; }
};

}  // namespace netpulse::test
