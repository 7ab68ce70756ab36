#pragma once

#include <array>
#include <cstdint>

#include "engine/flow/flow_record.h"
#include "plugins/common/client_hello.h"

namespace netpulse {

using Md5Digest = std::array<std::uint8_t, 16>;
/// "t13d1516h2_8daaf6152771_e5627efa2ab1".
using Ja4Text = InlineText<36>;

/// What carries the ClientHello: the first character of its JA4.
enum class Ja4Transport : char { kTcp = 't', kQuic = 'q', kDtls = 'd' };

/// JA3: MD5 of "version,ciphers,extensions,groups,point formats" in decimal, in the order sent, without GREASE.
/// False, and out untouched: more values than kFingerprintTextBytes hold. No allocation.
/// Source: github.com/salesforce/ja3.
bool ja3(const ClientHello& hello, Md5Digest& out) noexcept;
/// JA3S: MD5 of "version,cipher,extensions"; fails as ja3() does.
bool ja3s(const ServerHello& hello, Md5Digest& out) noexcept;
/// JA4 (TLS client): sorted, so that clients which shuffle their extensions keep one value. False, and out untouched:
/// more than kFingerprintValuesMax ciphers or extensions. No allocation.
/// Source: FoxIO, JA4 technical details (BSD 3-clause).
bool ja4(const ClientHello& hello, Ja4Transport transport, Ja4Text& out) noexcept;

/// The parts of a JA4. Its two digests, 12 hexadecimal digits each: of the sorted ciphers, and of the sorted extensions
/// with the signature algorithms as sent. They fail as ja4() does.
using Ja4Digits = std::array<char, 12>;
bool ja4_cipher_digits(Bytes cipher_suites, Ja4Digits& out) noexcept;
bool ja4_extension_digits(const ClientHello& hello, Ja4Digits& out) noexcept;
/// And how many there are, GREASE left out.
struct Ja4Counts {
  std::size_t ciphers, extensions;
};
Ja4Text ja4_text(const ClientHello& hello, Ja4Transport transport, const Ja4Counts& counts, const Ja4Digits& ciphers,
                 const Ja4Digits& extensions) noexcept;

/// 32 lower-case hexadecimal digits.
std::array<char, 32> hex_text(const Md5Digest& digest) noexcept;

inline constexpr std::size_t kFingerprintTextBytes = 8192;
inline constexpr std::size_t kFingerprintValuesMax = 1024;

}  // namespace netpulse
