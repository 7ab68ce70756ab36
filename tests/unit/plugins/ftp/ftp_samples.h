#pragma once

#include "plugins/ftp/ftp.h"
#include "tests/unit/plugins/common/hello_builder.h"
#include "tests/unit/plugins/samples.h"

namespace netpulse::test {

template <>
struct Samples<Ftp> {
  static std::vector<Sample> conversations() {
    return {{"FTP with AUTH TLS",
             6,
             21,
             {{false, bytes_of("220-Welcome to the FTP service\r\nof example.org\r\n220 Example FTP server ready\r\n")},
              {true, bytes_of("AUTH TLS\r\n")},
              {false, bytes_of("234 Proceed with negotiation.\r\n")}},
             true},
            {"FTP in clear",
             6,
             21,
             {{false, bytes_of("220 Example FTP Server\r\n")},
              {true, bytes_of("OPTS UTF8 ON\r\n")},
              {false, bytes_of("530 Please login.\r\n")},
              {true, bytes_of("USER anonymous\r\n")},
              {false, bytes_of("331 Please specify the password.\r\n")},
              {true, bytes_of("PASS guest@example.org\r\n")},
              {false, bytes_of("230 Login successful.\r\n")}},
             true}};
  }
};

}  // namespace netpulse::test
