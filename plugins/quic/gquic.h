#pragma once

#include <cstdint>
#include <string_view>

#include "engine/base/bytes.h"

namespace netpulse {

/// What a CHLO of the QUIC crypto protocol says; views into it, empty where a tag is absent.
struct GquicHello {
  std::string_view server_name;  ///< SNI
  std::string_view user_agent;   ///< UAID
};

/// Reads a whole CHLO message: tag table of at most 128 entries, then values (Langley and Chang, QUIC Crypto). False:
/// no CHLO, or offsets that contradict each other or the message.
bool read_gquic_hello(Bytes message, GquicHello& hello) noexcept;

/// A packet of version Q020 to Q043 with a public header that names its version (bytes: 14 or more).
bool has_gquic_public_header(Bytes packet) noexcept;
/// The crypto stream's bytes in an unencrypted gQUIC packet (Q020 to Q043, Q046); empty if its first frame is none of
/// stream 1, or is cut.
Bytes gquic_crypto_stream(Bytes packet) noexcept;

}  // namespace netpulse
