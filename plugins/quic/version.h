#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace netpulse {

/// Values of the version label of netpulse_quic_initials_total.
inline constexpr std::array<std::string_view, 6> kQuicVersionLabels{"1", "2", "draft", "mvfst", "google", "unknown"};
enum class QuicVersionLabel : std::uint8_t { kV1, kV2, kDraft, kMvfst, kGoogle, kUnknown };

/// What an Initial packet's keys are derived with (RFC 9001 section 5.2), one for each family of versions.
enum class QuicSalt : std::uint8_t { kV1, kDraft29, kDraft23, kDraft22, kV2, kV2Draft, kQ050, kT050, kT051 };
inline constexpr std::size_t kQuicSaltCount = 9;
inline constexpr std::size_t kQuicSaltBytes = 20;
extern const std::array<std::array<std::uint8_t, kQuicSaltBytes>, kQuicSaltCount> kQuicSalts;

/// What must be known of a version to read its Initial packets.
struct QuicVersion {
  QuicSalt salt;
  QuicVersionLabel label;
  bool google_frames = false;  ///< frames of gQUIC instead of RFC 9000 section 19
  bool google_hello = false;   ///< CHLO of the QUIC crypto protocol instead of a ClientHello

  /// Labels "quicv2 ..." and packet types moved by one (RFC 9369 section 3.2).
  bool is_v2() const noexcept { return salt == QuicSalt::kV2 || salt == QuicSalt::kV2Draft; }
};

/// v1, v2, drafts 22 to 34, mvfst, Q050, T050, T051. Empty: an unknown version, or one without Initial packets.
std::optional<QuicVersion> known_quic_version(std::uint32_t version) noexcept;

inline constexpr std::uint32_t kQuicVersionNegotiation = 0;
inline constexpr std::uint32_t kQuicVersion1 = 1;
inline constexpr std::uint32_t kQuicVersion2 = 0x6b3343cf;
inline constexpr std::uint32_t kGquicQ046 = 0x51303436;

/// 0x?a?a?a?a: sent to provoke Version Negotiation (RFC 9000 section 15).
constexpr bool is_reserved_quic_version(std::uint32_t version) noexcept { return (version & 0x0f0f0f0f) == 0x0a0a0a0a; }
/// 0xfaceb0??: Facebook's mvfst, of which some use the salt of v1 and some that of a draft.
constexpr bool is_mvfst_version(std::uint32_t version) noexcept { return version >> 8 == 0xfaceb0; }
/// "Q0dd" of versions with a public header instead of a long one: Q020 to Q043.
constexpr bool is_gquic_public_version(std::uint32_t version) noexcept {
  const std::uint32_t tens = version >> 8 & 0xff, ones = version & 0xff;
  return version >> 16 == 0x5130 && ones >= '0' && ones <= '9' &&
         (tens == '2' || tens == '3' || (tens == '4' && ones <= '3'));
}
/// A version by which a packet is recognised as QUIC.
inline bool is_recognised_quic_version(std::uint32_t version) noexcept {
  return known_quic_version(version) || is_mvfst_version(version) || version == kGquicQ046;
}

}  // namespace netpulse
