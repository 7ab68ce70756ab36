#pragma once

#include "engine/base/time.h"

namespace netpulse {

/// Which packets come too late to be played by a receiver that holds each one back for kDepth, counted from the
/// quickest packet of the last ten to twenty seconds, so that clocks may drift and routes may change. It starts anew
/// with a talk spurt, and where a source sets its clock. No real receiver is known: many adapt their depth.
/// Source: RFC 3550 section 6.4.1 (transit), RFC 3551 section 4.1 (talk spurts), RFC 3611 section 4.7.1 (discards).
class PlayoutBuffer {
 public:
  static constexpr Duration kDepth = Duration::from_milliseconds(60);

  /// The next packet of the highest sequence number so far. difference_ms: how much longer it was under way than the
  /// one given before (RFC 3550 appendix A.8, with its sign). begins: a talk spurt, or a new clock.
  /// True if it is too late.
  bool add(double difference_ms, bool begins, Timestamp now) noexcept {
    constexpr double kNewClockMs = 2000;  // nobody waits that long
    transit_ms_ += difference_ms;
    const double behind_ms = transit_ms_ - quickest_ms();
    if (begins || !started_ || behind_ms > kNewClockMs || behind_ms < -kNewClockMs) {
      former_quickest_ms_ = window_quickest_ms_ = transit_ms_;
      window_begun_at_ = now;
      started_ = true;
      return false;
    }
    if (now - window_begun_at_ >= kWindow) {
      former_quickest_ms_ = window_quickest_ms_;
      window_quickest_ms_ = transit_ms_;
      window_begun_at_ = now;
    }
    if (transit_ms_ < window_quickest_ms_) window_quickest_ms_ = transit_ms_;
    return too_late(0);
  }
  /// The same of a packet that later ones have passed.
  bool too_late(double difference_ms) const noexcept {
    return started_ && transit_ms_ + difference_ms - quickest_ms() > kDepthMs;
  }

 private:
  static constexpr Duration kWindow = Duration::from_seconds(10);
  static constexpr double kDepthMs = static_cast<double>(kDepth.nanoseconds) * 1e-6;

  double quickest_ms() const noexcept {
    return former_quickest_ms_ < window_quickest_ms_ ? former_quickest_ms_ : window_quickest_ms_;
  }

  double transit_ms_ = 0;  // beyond that of the first packet
  double former_quickest_ms_ = 0, window_quickest_ms_ = 0;
  Timestamp window_begun_at_;
  bool started_ = false;
};

}  // namespace netpulse
