#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "engine/base/bytes.h"
#include "plugins/quic/packet_header.h"
#include "plugins/quic/version.h"

namespace netpulse {

enum class QuicSide : std::uint8_t { kClient, kServer };

/// What protects the Initial packets that one side sends: AES-128-GCM and AES-128 header protection.
struct QuicInitialKeys {
  std::array<std::uint8_t, 16> key;
  std::array<std::uint8_t, 12> iv;
  std::array<std::uint8_t, 16> header_key;
};

/// A SHA-256 state between two blocks.
using Sha256State = std::array<std::uint32_t, 8>;

/// HMAC-SHA-256 with its key already worked in.
struct HmacKey {
  Sha256State inner, outer;
};

/// Derives Initial keys (RFC 9001 section 5.2): HKDF on raw SHA-256 states, 14 blocks for a new connection, none for
/// one of the last few. No allocation.
class QuicKeySchedule {
 public:
  QuicKeySchedule() noexcept;

  /// destination_id: of the client's first Initial packet, at most kQuicConnectionIdBytesMax. The keys are valid until
  /// the next call.
  const QuicInitialKeys& keys(QuicSalt salt, QuicSide side, Bytes destination_id) noexcept;

 private:
  /// The ClientHello's second packet mostly follows its first one; so few are remembered that they stay in the cache.
  static constexpr std::size_t kRememberedCount = 32;
  struct Remembered {
    std::uint8_t salt_and_side = 0;  ///< 0: empty
    std::uint8_t destination_id_bytes = 0;
    std::array<std::uint8_t, kQuicConnectionIdBytesMax> destination_id{};
    QuicInitialKeys keys{};
  };

  std::array<HmacKey, kQuicSaltCount> extract_;
  std::array<Remembered, kRememberedCount> remembered_;
};

}  // namespace netpulse
