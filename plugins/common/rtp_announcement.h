#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "engine/analysis/expectation_table.h"

namespace netpulse {

/// The payload types that a session description announces for an RTP flow, with their clocks: SIP writes them, RTP
/// reads them. Two bytes each in the flow's ExpectationNote: the type with the upper bit set, and the clock's code.
struct RtpAnnouncement {
  static constexpr std::size_t kTypesMax = sizeof(ExpectationNote) / 2;
  /// Of the encodings registered with IANA (RFC 3551 section 6 and later ones). Others are not told.
  static constexpr std::array<std::uint32_t, 13> kClocksHz{8000,  11025, 12000, 16000, 22050, 24000, 32000,
                                                           44100, 48000, 88200, 90000, 96000, 192000};

  /// clock_hz 0: the payload's time stamps tell no sampling instants (RFC 4733 section 2.2.1), so no jitter can be
  /// measured by them. False if there is no room, or if the clock is none of kClocksHz.
  static bool add(ExpectationNote& note, std::uint8_t payload_type, std::uint32_t clock_hz) noexcept {
    std::uint8_t code = 0;
    if (clock_hz != 0) {
      while (code < kClocksHz.size() && kClocksHz[code] != clock_hz) ++code;
      if (code == kClocksHz.size()) return false;
      ++code;
    }
    for (std::size_t i = 0; i < kTypesMax; ++i) {
      if (note[2 * i] != 0) continue;
      note[2 * i] = static_cast<std::uint8_t>(payload_type | kUsed);
      note[2 * i + 1] = code;
      return true;
    }
    return false;
  }

  /// As given to add(); nothing if the type was not announced.
  static std::optional<std::uint32_t> clock_hz(const ExpectationNote& note, std::uint8_t payload_type) noexcept {
    for (std::size_t i = 0; i < kTypesMax; ++i) {
      if (note[2 * i] != (payload_type | kUsed)) continue;
      const std::size_t code = note[2 * i + 1];
      return code == 0 || code > kClocksHz.size() ? 0 : kClocksHz[code - 1];
    }
    return {};
  }

 private:
  static constexpr std::uint8_t kUsed = 0x80;
};

}  // namespace netpulse
