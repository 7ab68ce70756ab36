#pragma once

#include <array>
#include <cstdint>
#include <memory>

#include "engine/base/bytes.h"
#include "plugins/quic/initial_keys.h"
#include "plugins/quic/packet_header.h"

struct evp_cipher_ctx_st;

namespace netpulse {

/// Removes the protection of Initial packets (RFC 9001 sections 5.3 and 5.4), and checks Retry packets. Ciphers are
/// looked up once; opening a packet does not allocate.
class QuicPacketProtection {
 public:
  using Context = std::unique_ptr<evp_cipher_ctx_st, void (*)(evp_cipher_ctx_st*)>;

  QuicPacketProtection();

  /// The frames of an Initial packet, valid until the next call; empty if its tag does not fit the keys, or
  /// reserved bits are set.
  /// packet: the extent's whole packet.
  Bytes open(const QuicInitialKeys& keys, Bytes packet, const QuicPacketExtent& extent) noexcept;

  enum class RetryTag : std::uint8_t { kValid, kInvalid, kUnknown };
  /// The Retry Integrity Tag (RFC 9001 section 5.8). packet: all of the Retry packet; original_id: the Destination
  /// Connection ID that the client had sent. kUnknown: the version has no such tag, or its key is not known.
  RetryTag check_retry(QuicSalt salt, Bytes original_id, Bytes packet) noexcept;

 private:
  static constexpr std::size_t kBufferBytes = 65536;  // the largest datagram

  bool decrypt(const std::uint8_t* key, const std::uint8_t* nonce, Bytes header, Bytes sealed,
               std::uint8_t* out) noexcept;

  Context gcm_, block_;
  std::unique_ptr<std::uint8_t[]> buffer_;  // header without protection, then the frames
};

}  // namespace netpulse
