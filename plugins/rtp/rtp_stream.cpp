#include "plugins/rtp/rtp_stream.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace netpulse {
namespace {

double milliseconds(Duration duration) noexcept { return static_cast<double>(duration.nanoseconds) * 1e-6; }

constexpr std::uint32_t kVideoClockHz = 90000;

/// D of appendix A.8. A time stamp is 32 bits and may go back.
double signed_difference_ms(Duration elapsed, std::uint32_t from, std::uint32_t to, std::uint32_t clock_hz) noexcept {
  const double steps = static_cast<std::int32_t>(to - from);
  return milliseconds(elapsed) - steps * 1e3 / clock_hz;
}
double difference_ms(Duration elapsed, std::uint32_t from, std::uint32_t to, std::uint32_t clock_hz) noexcept {
  return std::abs(signed_difference_ms(elapsed, from, to, clock_hz));
}

}  // namespace

void RtpStream::begin(const RtpHeader& header, Direction direction, PayloadClock clock, Timestamp now) noexcept {
  *this = RtpStream{};
  ssrc_ = header.ssrc;
  direction_ = direction;
  sequence_.begin(header.sequence);
  told_.at = begun_at_ = last_at_ = measured_at_ = reported_at_ = played_at_ = now;
  first_timestamp_ = measured_timestamp_ = reported_timestamp_ = played_timestamp_ = header.timestamp;
  packets_ = 1;
  markers_ = header.marker ? 1 : 0;
  count_type(header.payload_type);
  use_clock(header.payload_type, clock, header, now);
  if (clock_hz_ != 0) playout_.add(0, true, now);
  played_clock_hz_ = clock_hz_;
}

void RtpStream::add(const RtpHeader& header, PayloadClock clock, Timestamp now) noexcept {
  const RtpSequence::Place place = sequence_.add(header.sequence);
  believable_ = believable_ || place == RtpSequence::Place::kNext || place == RtpSequence::Place::kRestart;
  const std::uint8_t former_type = payload_type_;
  const bool change = header.payload_type != former_type;
  if (change) {
    ++payload_type_changes_;
    use_clock(header.payload_type, clock, header, now);
  }
  if (static_cast<std::int32_t>(header.timestamp - first_timestamp_) >= 0) {
    if (clock_hz_ != 0 || inferring_) {
      const bool regular = !header.marker && !is_comfort_noise(header.payload_type) && !is_comfort_noise(former_type);
      const std::size_t first = inferring_ ? 0 : meter_, end = inferring_ ? kClocks : meter_ + std::size_t{1};
      for (std::size_t i = first; i < end; ++i) {
        const std::uint32_t hz = inferring_ ? kUsualClocksHz[i] : clock_hz_;
        meters_[i].add(difference_ms(now - measured_at_, measured_timestamp_, header.timestamp, hz));
        if (regular) meters_[i].note(packets_);
      }
      measured_timestamp_ = header.timestamp;
    }
    measured_at_ = now;
  }
  measure(header, place, change, now);
  play(header, place, change, is_comfort_noise(header.payload_type) || is_comfort_noise(former_type), now);
  if (inferring_) try_to_infer(header, now);
  ++packets_;
  markers_ += header.marker ? 1 : 0;
  count_type(header.payload_type);
  last_at_ = now;
}

void RtpStream::measure(const RtpHeader& header, RtpSequence::Place place, bool after_change, Timestamp now) noexcept {
  if (clock_hz_ == 0 && !inferring_) return;
  if (place == RtpSequence::Place::kLate || place == RtpSequence::Place::kRepeated ||
      place == RtpSequence::Place::kStray || header.timestamp == reported_timestamp_)
    return;
  constexpr std::int64_t kBackSecondsMax = 10;
  const auto step = static_cast<std::int32_t>(header.timestamp - reported_timestamp_);
  const std::uint32_t rate_hz = inferring_ ? kVideoClockHz : clock_hz_;
  const bool new_clock = step < -kBackSecondsMax * std::int64_t{rate_hz};
  if (step < 0 && !new_clock) return;
  const std::size_t first = inferring_ ? 0 : meter_, end = inferring_ ? kClocks : meter_ + std::size_t{1};
  for (std::size_t i = first; i < end; ++i) {
    const std::uint32_t hz = inferring_ ? kUsualClocksHz[i] : clock_hz_;
    const bool talk_spurt = header.marker && hz != kVideoClockHz;  // of video the marker ends a frame
    if (after_change || new_clock || talk_spurt || place == RtpSequence::Place::kRestart) continue;
    reported_ms_[i] +=
        (difference_ms(now - reported_at_, reported_timestamp_, header.timestamp, hz) - reported_ms_[i]) / 16;
  }
  reported_timestamp_ = header.timestamp;
  reported_at_ = now;
}

void RtpStream::play(const RtpHeader& header, RtpSequence::Place place, bool after_change, bool comfort_noise,
                     Timestamp now) noexcept {
  using Place = RtpSequence::Place;
  if (clock_hz_ == 0 || place == Place::kRepeated || place == Place::kStray) return;
  const bool same_clock = clock_hz_ == played_clock_hz_;
  const double difference =
      same_clock ? signed_difference_ms(now - played_at_, played_timestamp_, header.timestamp, clock_hz_) : 0;
  if (place == Place::kLate) {
    discarded_ += same_clock && playout_.too_late(difference) ? 1 : 0;
    return;
  }
  discarded_ += playout_.add(difference, header.marker || !same_clock || place == Place::kRestart, now) ? 1 : 0;
  const auto step = static_cast<std::int32_t>(header.timestamp - played_timestamp_);
  if (place == Place::kNext && same_clock && step > 0) {
    const Duration time{step * std::int64_t{1'000'000'000} / clock_hz_};
    // Behind telephone events, which have no clock, nobody knows.
    if (comfort_noise || (time > kPacketTimeMax && !after_change)) silence_ = std::min(silence_ + time, kSilenceMax);
  }
  played_clock_hz_ = clock_hz_;
  played_timestamp_ = header.timestamp;
  played_at_ = now;
}

void RtpStream::use_clock(std::uint8_t payload_type, PayloadClock clock, const RtpHeader& header,
                          Timestamp now) noexcept {
  payload_type_ = payload_type;
  inferring_ = false;
  clock_hz_ = clock.hz;
  if (clock.source == ClockSource::kUnknown) {
    // One payload type's clock is inferred, and only where the stream began without a known one.
    if (inferring_type_ == 0xff && clock_source_ == ClockSource::kUnknown) {
      inferring_type_ = payload_type;
      inferring_since_ = now;
      inferring_timestamp_ = header.timestamp;
    }
    if (payload_type != inferring_type_) return;
    clock_hz_ = inferred_hz_;
    inferring_ = inferred_hz_ == 0;
    return;
  }
  if (clock.hz == 0) return;
  measured_hz_ = clock.hz;
  clock_source_ = clock.source;
}

void RtpStream::try_to_infer(const RtpHeader& header, Timestamp now) noexcept {
  if (++inferring_packets_ < kInferPacketsMin || !std::has_single_bit(inferring_packets_)) return;
  const Duration elapsed = now - inferring_since_;
  if (elapsed < kInferTimeMin) {
    inferring_packets_ /= 2;  // asked again after as many
    return;
  }
  const std::optional<std::size_t> found = infer_clock(header.timestamp - inferring_timestamp_, elapsed);
  if (!found.has_value()) return;
  meter_ = static_cast<std::uint8_t>(*found);
  clock_hz_ = inferred_hz_ = measured_hz_ = kUsualClocksHz[*found];
  clock_source_ = ClockSource::kInferred;
  inferring_ = false;
}

void RtpStream::count_type(std::uint8_t payload_type) noexcept {
  for (TypeCount& type : types_) {
    if (type.packets != 0 && type.payload_type != payload_type) continue;
    type.payload_type = payload_type;
    if (type.packets != UINT32_MAX) ++type.packets;
    return;
  }
}

std::uint8_t RtpStream::main_payload_type() const noexcept {
  TypeCount most{};
  for (const TypeCount& type : types_)
    if (type.packets > most.packets) most = type;
  return most.payload_type;
}

bool RtpStream::has_clock_of_sound() const noexcept {
  return clock_source_ != ClockSource::kUnknown && measured_hz_ != kVideoClockHz;
}

std::optional<std::uint64_t> RtpStream::discarded() const noexcept {
  if (!has_clock_of_sound()) return {};
  return discarded_;
}

std::optional<Duration> RtpStream::silence() const noexcept {
  if (!has_clock_of_sound()) return {};
  return silence_;
}

void RtpStream::add_round_trip(Duration time) noexcept {
  if (round_trips_ == kRoundTripsMax) return;
  ++round_trips_;
  round_trips_nanoseconds_ += time.nanoseconds;
}

std::optional<Duration> RtpStream::round_trip_mean() const noexcept {
  if (round_trips_ == 0) return {};
  return Duration{round_trips_nanoseconds_ / round_trips_};
}

const JitterMeter* RtpStream::jitter() const noexcept {
  return clock_source_ == ClockSource::kUnknown ? nullptr : &meters_[meter_];
}

}  // namespace netpulse
