#pragma once

#include "plugins/smtp/smtp.h"
#include "tests/unit/plugins/common/hello_builder.h"
#include "tests/unit/plugins/samples.h"

namespace netpulse::test {

template <>
struct Samples<Smtp> {
  static std::vector<Sample> conversations() {
    return {{"SMTP with STARTTLS",
             6,
             25,
             {{false, bytes_of("220-mail.example.org ESMTP Postfix\r\n220 no spam\r\n")},
              {true, bytes_of("EHLO client.example.com\r\n")},
              {false, bytes_of("250-mail.example.org\r\n250-STARTTLS\r\n250 PIPELINING\r\n")},
              {true, bytes_of("STARTTLS\r\n")},
              {false, bytes_of("220 2.0.0 Ready to start TLS\r\n")}},
             true},
            {"SMTP in clear",
             6,
             2525,
             {{false, bytes_of("220 mail.example.org ESMTP\r\n")},
              {true, bytes_of("EHLO client.example.com\r\nMAIL FROM:<a@example.com>\r\n")},
              {false, bytes_of("250 mail.example.org\r\n250 2.1.0 Ok\r\n")},
              {true, bytes_of("RCPT TO:<b@example.org>\r\nDATA\r\n")}},
             true}};
  }
};

}  // namespace netpulse::test
