#pragma once

#include "plugins/ssh/ssh.h"
#include "tests/unit/plugins/common/hello_builder.h"
#include "tests/unit/plugins/samples.h"

namespace netpulse::test {

template <>
struct Samples<Ssh> {
  static std::vector<Sample> conversations() {
    const ByteVector client = bytes_of("SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n");
    return {
        {"both sides", 6, 2222, {{true, client}, {false, bytes_of("SSH-2.0-dropbear_2022.83\r\n")}}, true},
        {"the old protocol", 6, 22, {{false, bytes_of("SSH-1.99-Cisco-1.25\n")}, {true, client}}, true},
        {"lines ahead of it",
         6,
         22,
         {{false, bytes_of("Welcome.\r\n\r\nNo trespassing\r\nSSH-2.0-server\r\n")}, {true, client}},
         true},
    };
  }
};

}  // namespace netpulse::test
