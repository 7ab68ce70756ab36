#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "engine/analysis/analyzer.h"

namespace netpulse {

/// The name-lists of an SSH_MSG_KEXINIT that HASSH is made of, in the direction of who sent it. They borrow its bytes.
struct SshAlgorithms {
  std::string_view key_exchange, encryption, mac, compression;
};

/// Reads the binary packet that follows an identification string: kDone if it is a KEXINIT, kNeedMore if bytes are
/// missing, kNotMine if it is something else. from_server: take the lists for what the server sends.
/// Source: RFC 4253 sections 6 and 7.1.
Verdict read_ssh_kexinit(Bytes stream, bool from_server, SshAlgorithms& algorithms) noexcept;

/// MD5 of the lists joined by semicolons, in hexadecimal; false if they are longer than any real ones.
/// Source: "Profiling SSH clients and servers with HASSH" (https://github.com/salesforce/hassh).
bool ssh_hassh(const SshAlgorithms& algorithms, std::array<char, 32>& hex) noexcept;

}  // namespace netpulse
