#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "engine/base/time.h"
#include "engine/packet/flow_key.h"
#include "plugins/common/rtp_header.h"
#include "plugins/rtp/playout_buffer.h"
#include "plugins/rtp/rtcp_reports.h"
#include "plugins/rtp/rtp_jitter.h"
#include "plugins/rtp/rtp_sequence.h"

namespace netpulse {

/// How a stream's clock is known.
enum class ClockSource : std::uint8_t { kUnknown, kStatic, kAnnounced, kInferred };

/// What a payload type's clock is known to be before its packets are looked at.
struct PayloadClock {
  std::uint32_t hz = 0;  ///< 0: its time stamps are no clock (telephone events), or nobody told
  ClockSource source = ClockSource::kUnknown;
};

/// One source (SSRC) that sends one way of a flow, from its first packet on.
///
/// Jitter by Wireshark's rule: over all packets but those whose payload type has no clock and those with a time stamp
/// before the first one's; mean and maximum leave out packets with the marker, comfort noise and what follows it. The
/// jitter a receiver would report at the end is kept beside it: it passes over packets that are not the next ones, all
/// but the first of a video frame, the begin of a talk spurt, changes of the payload type and time stamps that go back
/// (frames that are not sent in the order in which they are shown, a source that sets its clock). A payload type
/// without a known clock is measured by each usual one until its time stamps tell which one is right. Source: RFC 3550
/// section 6.4.1 and appendices A.1, A.3 and A.8; RFC 3551 section 4.1; RFC 4733 section 2.2.1.
class RtpStream {
 public:
  /// Packets and time after which a clock is inferred.
  static constexpr std::uint64_t kInferPacketsMin = 16;
  static constexpr Duration kInferTimeMin = Duration::from_seconds(1);

  /// The first packet. clock: of its payload type.
  void begin(const RtpHeader& header, Direction direction, PayloadClock clock, Timestamp now) noexcept;
  /// Whether add() wants to be told the clock of this payload type.
  bool needs_clock(std::uint8_t payload_type) const noexcept { return payload_type != payload_type_; }
  /// A further packet. clock: of its payload type, if that is a new one.
  void add(const RtpHeader& header, PayloadClock clock, Timestamp now) noexcept;

  bool is(std::uint32_t ssrc, Direction direction) const noexcept { return ssrc == ssrc_ && direction == direction_; }
  std::uint32_t ssrc() const noexcept { return ssrc_; }
  Direction direction() const noexcept { return direction_; }
  Timestamp begun_at() const noexcept { return begun_at_; }
  Timestamp last_at() const noexcept { return last_at_; }
  const RtpSequence& sequence() const noexcept { return sequence_; }
  std::uint64_t packets() const noexcept { return packets_; }
  std::uint64_t payload_bytes() const noexcept { return payload_bytes_; }
  void add_payload_bytes(std::uint64_t bytes) noexcept { payload_bytes_ += bytes; }
  std::uint64_t markers() const noexcept { return markers_; }
  std::uint64_t payload_type_changes() const noexcept { return payload_type_changes_; }
  /// That of most of the stream, as far as its first kPayloadTypesMax types go.
  std::uint8_t main_payload_type() const noexcept;
  /// Two packets in a row were there: no stray datagram that looks like RTP (RFC 3550 appendix A.1, MIN_SEQUENTIAL).
  bool believable() const noexcept { return believable_; }
  /// The clock that jitter was measured by last; 0: unknown.
  std::uint32_t clock_hz() const noexcept { return clock_source_ == ClockSource::kUnknown ? 0 : measured_hz_; }
  ClockSource clock_source() const noexcept { return clock_source_; }
  /// Wireshark's; null while there is no clock.
  const JitterMeter* jitter() const noexcept;
  /// What counters have been told of the stream, and when; kept for its user.
  struct Told {
    Timestamp at;
    std::uint64_t packets, lost, duplicates, reordered;
  };
  Told& told() noexcept { return told_; }
  /// Packets that came too late for a PlayoutBuffer; nothing without a clock of sound.
  std::optional<std::uint64_t> discarded() const noexcept;
  /// Time in which nothing was said: what time stamps went on between packets in a row, where one of the two is
  /// comfort noise, or by more than kPacketTimeMax. Nothing without a clock of sound.
  std::optional<Duration> silence() const noexcept;
  /// No sound is sent in larger packets: Opus takes at most 120 ms (RFC 7587 section 4.2).
  static constexpr Duration kPacketTimeMax = Duration::from_milliseconds(200);

  /// The source's last RTCP sender's report on the same port.
  RtcpSenderTime& sender_time() noexcept { return sender_time_; }
  /// A round trip to a receiver of this source, and their mean; nothing if there was none.
  void add_round_trip(Duration time) noexcept;
  std::optional<Duration> round_trip_mean() const noexcept;
  /// As a receiver would report it at the end, in milliseconds.
  double reported_jitter_ms() const noexcept { return reported_ms_[meter_]; }

 private:
  static constexpr std::size_t kClocks = kUsualClocksHz.size(), kPayloadTypesMax = 4;
  static constexpr Duration kSilenceMax = Duration::from_seconds(365 * 86400);
  static constexpr std::uint32_t kRoundTripsMax = 1 << 24;  // whose sum, each up to a minute, can be held
  struct TypeCount {
    std::uint32_t packets;
    std::uint8_t payload_type;
  };

  void count_type(std::uint8_t payload_type) noexcept;
  void use_clock(std::uint8_t payload_type, PayloadClock clock, const RtpHeader& header, Timestamp now) noexcept;
  void measure(const RtpHeader& header, RtpSequence::Place place, bool after_change, Timestamp now) noexcept;
  void try_to_infer(const RtpHeader& header, Timestamp now) noexcept;
  void play(const RtpHeader& header, RtpSequence::Place place, bool after_change, bool comfort_noise,
            Timestamp now) noexcept;
  bool has_clock_of_sound() const noexcept;

  RtpSequence sequence_;
  PlayoutBuffer playout_;
  RtcpSenderTime sender_time_;
  Told told_{};
  std::array<JitterMeter, kClocks> meters_{};
  std::array<double, kClocks> reported_ms_{};
  std::array<TypeCount, kPayloadTypesMax> types_{};
  Timestamp begun_at_, last_at_;
  Timestamp measured_at_, reported_at_, played_at_;  // of the packets that the next differences are taken from
  Timestamp inferring_since_;
  std::uint64_t packets_ = 0, payload_bytes_ = 0, markers_ = 0, payload_type_changes_ = 0;
  std::uint64_t discarded_ = 0;
  Duration silence_;
  std::int64_t round_trips_nanoseconds_ = 0;
  std::uint32_t round_trips_ = 0;
  std::uint32_t ssrc_ = 0;
  std::uint32_t first_timestamp_ = 0, measured_timestamp_ = 0, reported_timestamp_ = 0, played_timestamp_ = 0;
  std::uint32_t inferring_timestamp_ = 0, inferring_packets_ = 0;
  std::uint32_t clock_hz_ = 0;  // of payload_type_; 0: none, or not known yet
  std::uint32_t measured_hz_ = 0;
  std::uint32_t inferred_hz_ = 0;
  std::uint32_t played_clock_hz_ = 0;  // of played_timestamp_
  std::uint8_t meter_ = 0;             // of meters_, once the clock is known
  std::uint8_t payload_type_ = 0;
  std::uint8_t inferring_type_ = 0xff;  // the payload type whose clock has to be, or was, inferred
  ClockSource clock_source_ = ClockSource::kUnknown;
  Direction direction_ = Direction::kLoToHi;
  bool believable_ = false;
  bool inferring_ = false;  // payload_type_ is measured by each usual clock
};

}  // namespace netpulse
