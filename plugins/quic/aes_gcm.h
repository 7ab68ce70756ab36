#pragma once

#include <array>
#include <cstdint>

#include "engine/base/bytes.h"

namespace netpulse {

using Aes128Key = std::array<std::uint8_t, 16>;
using Aes128Block = std::array<std::uint8_t, 16>;
using GcmNonce = std::array<std::uint8_t, 12>;
inline constexpr std::size_t kGcmTagBytes = 16;

/// AES-128 and AES-128-GCM by the processor's own instructions: a key is used for one packet only, and OpenSSL's
/// interface takes longer to set it up than the packet takes to decrypt. Nothing here is secret (the keys of Initial
/// packets are public), and nothing allocates. Source: FIPS 197, NIST SP 800-38D, RFC 8452 appendix A.
struct AesInstructions {
  /// Whether this processor has them; the other functions may be called only then.
  static bool available() noexcept;
  static Aes128Block encrypt_block(const Aes128Key& key, const std::uint8_t* block) noexcept;
  /// Checks the tag at the end of sealed first. out: sealed's size less kGcmTagBytes, untouched if the tag is wrong.
  static bool gcm_open(const Aes128Key& key, const GcmNonce& nonce, Bytes header, Bytes sealed,
                       std::uint8_t* out) noexcept;
};

}  // namespace netpulse
