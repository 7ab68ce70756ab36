#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

namespace netpulse {

/// What the E-model needs to know of a codec.
struct CodecImpairment {
  double equipment;        ///< Ie: impairment without loss
  double loss_robustness;  ///< Bpl
};

/// G.711 with and without packet loss concealment, G.729A. Source: ITU-T G.113 appendix I.
inline constexpr CodecImpairment kG711Concealed{0, 25.1}, kG711Plain{0, 4.3}, kG729a{11, 19};

/// The codec of a static payload type; nothing where its impairment is not known here.
constexpr std::optional<CodecImpairment> codec_impairment(std::uint8_t payload_type) noexcept {
  constexpr std::uint8_t kPcmu = 0, kPcma = 8, kG729 = 18;
  if (payload_type == kPcmu || payload_type == kPcma) return kG711Concealed;
  if (payload_type == kG729) return kG729a;
  return {};
}

/// The transmission rating R of a narrow-band call, 0-93.2. delay_ms: one way, mouth to ear. loss_ratio: of packets
/// that are not played, 0-1, lost at random. Source: ITU-T G.107 equations 7-1, 7-27 (in the simplified form for delay)
/// and 7-29 with the default values.
constexpr double transmission_rating(const CodecImpairment& codec, double delay_ms, double loss_ratio) noexcept {
  constexpr double kBaseRating = 93.2, kDelayKneeMs = 177.3;
  const double loss_percent = std::clamp(loss_ratio, 0.0, 1.0) * 100;
  const double delay = 0.024 * delay_ms + (delay_ms > kDelayKneeMs ? 0.11 * (delay_ms - kDelayKneeMs) : 0);
  const double equipment =
      codec.equipment + (95 - codec.equipment) * loss_percent / (loss_percent + codec.loss_robustness);
  return std::clamp(kBaseRating - delay - equipment, 0.0, kBaseRating);
}

/// Estimated mean opinion score, 1-4.5. Source: ITU-T G.107 annex B.
constexpr double mean_opinion_score(double rating) noexcept {
  if (rating <= 0) return 1;
  if (rating >= 100) return 4.5;
  return std::clamp(1 + 0.035 * rating + rating * (rating - 60) * (100 - rating) * 7e-6, 1.0, 4.5);
}

}  // namespace netpulse
