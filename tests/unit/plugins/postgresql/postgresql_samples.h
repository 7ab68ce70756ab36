#pragma once

#include "plugins/postgresql/postgresql.h"
#include "tests/unit/plugins/common/certificate_builder.h"
#include "tests/unit/plugins/common/hello_builder.h"
#include "tests/unit/plugins/samples.h"

namespace netpulse::test {

inline ByteVector postgresql_ssl_request() { return {0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f}; }
inline ByteVector postgresql_startup() {
  const ByteVector parameters = bytes_of(std::string_view("user\0bob\0application_name\0psql\0database\0shop\0\0", 46));
  ByteVector packet{0, 0};
  put_u16(packet, 8 + parameters.size());
  append(packet, {0, 3, 0, 0});
  append(packet, parameters);
  return packet;
}
inline ByteVector postgresql_message(char type, const ByteVector& content) {
  ByteVector message{static_cast<std::uint8_t>(type), 0, 0};
  put_u16(message, 4 + content.size());
  append(message, content);
  return message;
}

template <>
struct Samples<Postgresql> {
  static std::vector<Sample> conversations() {
    return {{"SSLRequest", 6, 5432, {{true, postgresql_ssl_request()}, {false, {'S'}}}, true},
            {"in clear",
             6,
             5433,
             {{true, postgresql_ssl_request()},
              {false, {'N'}},
              {true, postgresql_startup()},
              {false, joined({postgresql_message('R', {0, 0, 0, 0}),
                              postgresql_message('S', bytes_of(std::string_view("server_encoding\0UTF8\0", 21))),
                              postgresql_message('S', bytes_of(std::string_view("server_version\00015.6\0", 20)))})}},
             true}};
  }
};

}  // namespace netpulse::test
