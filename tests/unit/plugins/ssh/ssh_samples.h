#pragma once

#include "plugins/ssh/ssh.h"
#include "tests/unit/plugins/common/hello_builder.h"
#include "tests/unit/plugins/samples.h"

namespace netpulse::test {

/// SSH_MSG_KEXINIT; the client's lists differ from the server's.
inline ByteVector ssh_kexinit() {
  ByteVector message(17, 0x5a);  // its type, and a cookie
  message[0] = 20;
  for (const char* const list : {"curve25519-sha256,ecdh-sha2-nistp256", "ssh-ed25519", "aes256-ctr", "aes128-ctr",
                                 "hmac-sha2-256", "hmac-sha1", "none,zlib", "none", "", ""}) {
    append(message, {0, 0});
    append(message, with_length16(bytes_of(list)));
  }
  append(message, ByteVector(5 + 6, 0));  // no guess, reserved, padding
  ByteVector packet{0, 0};
  put_u16(packet, message.size() + 1);
  packet.push_back(6);
  append(packet, message);
  return packet;
}

template <>
struct Samples<Ssh> {
  static std::vector<Sample> conversations() {
    const ByteVector line = bytes_of("SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n");
    ByteVector client = line;
    append(client, ssh_kexinit());
    const auto server = [](std::string_view text) {
      ByteVector bytes = bytes_of(text);
      append(bytes, ssh_kexinit());
      return bytes;
    };
    return {
        {"both sides", 6, 2222, {{true, client}, {false, server("SSH-2.0-dropbear_2022.83\r\n")}}, true},
        {"both versions", 6, 22, {{false, server("SSH-1.99-Cisco-1.25\n")}, {true, client}}, true},
        {"the old version", 6, 22, {{false, bytes_of("SSH-1.5-1.2.26\n")}, {true, bytes_of("SSH-1.5-1.2.26\n")}}, true},
        {"lines alone", 6, 22, {{false, line}, {true, line}}, false},
        {"lines ahead of it",
         6,
         22,
         {{false, server("Welcome.\r\n\r\nNo trespassing\r\nSSH-2.0-server\r\n")}, {true, client}},
         true},
    };
  }
};

}  // namespace netpulse::test
