#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <optional>

#include "engine/base/time.h"

namespace netpulse {

/// Clocks of the static payload types; nothing for others.
/// Source: RFC 3551 tables 4 and 5; 13 and 19 by RFC 3389 section 4.
constexpr std::optional<std::uint32_t> static_clock_hz(std::uint8_t payload_type) noexcept {
  switch (payload_type) {
    case 0:   // PCMU
    case 3:   // GSM
    case 4:   // G723
    case 5:   // DVI4
    case 7:   // LPC
    case 8:   // PCMA
    case 9:   // G722: 16 kHz of samples, a clock of 8 kHz
    case 12:  // QCELP
    case 13:  // CN
    case 15:  // G728
    case 18:  // G729
    case 19:  // CN, reserved
      return 8000;
    case 6:  // DVI4
      return 16000;
    case 16:  // DVI4
      return 11025;
    case 17:  // DVI4
      return 22050;
    case 10:  // L16, stereo
    case 11:  // L16
      return 44100;
    case 14:  // MPA
    case 25:  // CelB
    case 26:  // JPEG
    case 28:  // nv
    case 31:  // H261
    case 32:  // MPV
    case 33:  // MP2T
    case 34:  // H263
      return 90000;
    default:
      return {};
  }
}

constexpr bool is_comfort_noise(std::uint8_t payload_type) noexcept { return payload_type == 13 || payload_type == 19; }

/// Interarrival jitter in milliseconds: the smoothed one, and its mean and maximum over packets.
struct JitterMeter {
  double jitter_ms = 0;
  double mean_ms = 0;
  double max_ms = 0;
  bool noted = false;  ///< mean and maximum are of at least one packet

  /// difference_ms: |D(i-1,i)|, how much later or earlier than its time stamp tells the packet came.
  /// Source: RFC 3550 appendix A.8.
  void add(double difference_ms) noexcept { jitter_ms += (difference_ms - jitter_ms) / 16; }
  /// Takes the present value into mean and maximum. packets: of the source before this one, at least 1; those that were
  /// not noted leave the mean as it was, as Wireshark's rtp,streams tap computes it.
  void note(std::uint64_t packets) noexcept {
    mean_ms += (jitter_ms - mean_ms) / static_cast<double>(packets);
    if (jitter_ms > max_ms) max_ms = jitter_ms;
    noted = true;
  }
};

/// Clocks that are told from the traffic where nobody announced one.
inline constexpr std::array<std::uint32_t, 6> kUsualClocksHz{8000, 16000, 32000, 44100, 48000, 90000};

/// Which of kUsualClocksHz runs as far as time stamps did over some time; nothing if none is within 4 %.
inline std::optional<std::size_t> infer_clock(std::uint32_t timestamp_steps, Duration elapsed) noexcept {
  constexpr double kToleranceRatio = 0.04;
  const double rate_hz = static_cast<double>(timestamp_steps) / elapsed.seconds();
  std::size_t nearest = 0;
  const auto distance = [rate_hz](std::size_t i) { return std::abs(rate_hz / kUsualClocksHz[i] - 1); };
  for (std::size_t i = 1; i < kUsualClocksHz.size(); ++i)
    if (distance(i) < distance(nearest)) nearest = i;
  if (distance(nearest) > kToleranceRatio) return {};
  return nearest;
}

}  // namespace netpulse
