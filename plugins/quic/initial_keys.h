#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "engine/base/bytes.h"
#include "plugins/quic/aes_gcm.h"
#include "plugins/quic/packet_header.h"
#include "plugins/quic/sha256.h"
#include "plugins/quic/version.h"

namespace netpulse {

enum class QuicSide : std::uint8_t { kClient, kServer };

/// What protects the Initial packets that one side sends: AES-128-GCM and AES-128 header protection.
struct QuicInitialKeys {
  Aes128Key key;
  GcmNonce iv;
  Aes128Key header_key;
};

/// HMAC-SHA-256 with its key already worked in.
struct HmacKey {
  Sha256State inner, outer;
};

/// Derives Initial keys (RFC 9001 section 5.2): HKDF on raw SHA-256 states, 14 blocks for the first side of a new
/// connection, 10 for the other one, none for what one of the last few had. No allocation.
class QuicKeySchedule {
 public:
  explicit QuicKeySchedule(bool sha_instructions = has_sha_instructions()) noexcept;

  /// destination_id: of the client's first Initial packet, at most kQuicConnectionIdBytesMax. The keys are valid until
  /// the next call.
  const QuicInitialKeys& keys(QuicSalt salt, QuicSide side, Bytes destination_id) noexcept;

 private:
  /// The ClientHello's second packet mostly follows its first one, the server's packets a round trip later.
  static constexpr std::size_t kRememberedCount = 256;
  struct Remembered {
    std::uint8_t salt = 0;         ///< 1 + QuicSalt; 0: empty
    std::uint8_t sides_known = 0;  ///< a bit for each QuicSide
    std::uint8_t destination_id_bytes = 0;
    std::array<std::uint8_t, kQuicConnectionIdBytesMax> destination_id{};
    HmacKey initial{};  ///< the secret that both sides' follow from
    QuicInitialKeys keys[2]{};
  };

  void derive_initial(Remembered& connection, QuicSalt salt, Bytes destination_id) const noexcept;
  void derive_side(Remembered& connection, QuicSalt salt, std::size_t side) const noexcept;

  bool sha_instructions_;
  std::array<HmacKey, kQuicSaltCount> extract_;
  std::array<Remembered, kRememberedCount> remembered_;
};

}  // namespace netpulse
