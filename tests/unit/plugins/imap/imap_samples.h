#pragma once

#include "plugins/imap/imap.h"
#include "tests/unit/plugins/common/hello_builder.h"
#include "tests/unit/plugins/samples.h"

namespace netpulse::test {

template <>
struct Samples<Imap> {
  static std::vector<Sample> conversations() {
    return {{"IMAP with STARTTLS",
             6,
             143,
             {{false, bytes_of("* OK [CAPABILITY IMAP4rev1 STARTTLS] Example server ready.\r\n")},
              {true, bytes_of("a1 CAPABILITY\r\n")},
              {false, bytes_of("* CAPABILITY IMAP4rev1 STARTTLS\r\na1 OK done\r\n")},
              {true, bytes_of("a2 STARTTLS\r\n")},
              {false, bytes_of("a2 OK Begin TLS negotiation now.\r\n")}},
             true},
            {"IMAP in clear",
             6,
             143,
             {{false, bytes_of("* OK IMAP4rev1 Service Ready\r\n")},
              {true, bytes_of("a001 LOGIN bob secret\r\n")},
              {false, bytes_of("a001 OK LOGIN completed\r\n")},
              {true, bytes_of("a002 SELECT INBOX\r\n")}},
             true}};
  }
};

}  // namespace netpulse::test
