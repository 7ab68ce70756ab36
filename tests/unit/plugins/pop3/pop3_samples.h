#pragma once

#include "plugins/pop3/pop3.h"
#include "tests/unit/plugins/common/hello_builder.h"
#include "tests/unit/plugins/samples.h"

namespace netpulse::test {

template <>
struct Samples<Pop3> {
  static std::vector<Sample> conversations() {
    return {{"POP3 with STLS",
             6,
             110,
             {{false, bytes_of("+OK POP3 server ready <1896.697170952@example.org>\r\n")},
              {true, bytes_of("CAPA\r\n")},
              {false, bytes_of("+OK Capability list follows\r\nSTLS\r\nUSER\r\n.\r\n")},
              {true, bytes_of("STLS\r\n")},
              {false, bytes_of("+OK Begin TLS negotiation\r\n")}},
             true},
            {"POP3 in clear",
             6,
             110,
             {{false, bytes_of("+OK Dovecot POP3 ready.\r\n")},
              {true, bytes_of("APOP bob c4c9334bac560ecc979e58001b3e22fb\r\n")}},
             true}};
  }
};

}  // namespace netpulse::test
