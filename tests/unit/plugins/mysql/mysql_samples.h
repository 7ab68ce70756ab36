#pragma once

#include "plugins/mysql/mysql.h"
#include "tests/unit/plugins/common/hello_builder.h"
#include "tests/unit/plugins/samples.h"

namespace netpulse::test {

inline ByteVector mysql_packet(std::uint8_t sequence, const ByteVector& body) {
  ByteVector packet{static_cast<std::uint8_t>(body.size()), static_cast<std::uint8_t>(body.size() >> 8), 0, sequence};
  append(packet, body);
  return packet;
}
inline ByteVector mysql_greeting() {
  ByteVector body{10};
  append(body, bytes_of(std::string_view("8.0.33-example\0", 15)));
  append(body, {9, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0xff, 0xff, 0xff, 2, 0, 0xff, 0xdf, 21});
  append(body, ByteVector(10, 0));
  append(body, bytes_of(std::string_view("abcdefghijkl\0caching_sha2_password\0", 35)));
  return mysql_packet(0, body);
}
inline ByteVector mysql_ssl_request() {
  ByteVector body{0x05, 0xae, 0xff, 0x19, 0, 0, 0, 1, 255};
  append(body, ByteVector(23, 0));
  return mysql_packet(1, body);
}
inline ByteVector mysql_login() {
  ByteVector body{0x05, 0xa6, 0xff, 0x19, 0, 0, 0, 1, 255};
  append(body, ByteVector(23, 0));
  append(body, bytes_of(std::string_view("bob\0", 4)));
  return mysql_packet(1, body);
}

template <>
struct Samples<Mysql> {
  static std::vector<Sample> conversations() {
    return {{"SSLRequest", 6, 3306, {{false, mysql_greeting()}, {true, mysql_ssl_request()}}, true},
            {"login in clear", 6, 3307, {{false, mysql_greeting()}, {true, mysql_login()}}, true}};
  }
};

}  // namespace netpulse::test
