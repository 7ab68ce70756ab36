#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <type_traits>

#include "engine/base/time.h"
#include "engine/flow/tcp_finding.h"
#include "engine/packet/packet_view.h"

namespace netpulse {

/// What a segment showed.
struct TcpObservation {
  static constexpr std::uint32_t kNoRtt = 0xffffffff;
  static constexpr std::uint32_t kFindings = (1u << kTcpFindingCount) - 1;  ///< what TcpFinding names
  static constexpr std::uint32_t kHandshakeMeasured = 1u << 31;  ///< in findings: a handshake without repeats is over
  static constexpr std::uint32_t kPayloadRepeated = 1u << 30;    ///< in findings: repeated_bytes is not 0
  static constexpr std::uint32_t kHoleForgotten = 1u << 29;      ///< in findings: RepeatedPayload had no room for it

  std::uint32_t findings = 0;        ///< 1 << TcpFinding
  std::uint32_t rtt_ticks = kNoRtt;  ///< a sample of the data RTT
  std::uint32_t segments = 1;        ///< that the frame holds: more than one for kSuperFrame
  std::uint32_t repeated_bytes = 0;  ///< of payload: seen before, or refused by a receiver without room

  bool has(TcpFinding finding) const noexcept { return (findings >> static_cast<unsigned>(finding) & 1) != 0; }
  /// The frame holds so many segments.
  void hold(std::uint32_t count) noexcept {
    segments = count;
    findings |= static_cast<std::uint32_t>(count != 1) << static_cast<unsigned>(TcpFinding::kSuperFrame);
  }
  bool anything() const noexcept { return findings != 0 || rtt_ticks != kNoRtt; }
};

/// How a TCP conversation goes, both directions, as seen at one place on its way: RFC 9293, with the arithmetic of its
/// section 3.4. Zero bytes are a conversation of which nothing was seen. Segments in order touch the first cache line.
class alignas(64) TcpQuality {
 public:
  /// Times are kept in units of a quarter of a microsecond, modulo 17.9 minutes: idle flows end before that.
  static constexpr std::int64_t kTickNanoseconds = 250;
  /// What a frame may carry without being asked how many segments it holds: Ethernet's 1500 bytes without headers.
  /// Where segments are smaller, two of them in a frame of this size are not told.
  static constexpr std::uint32_t kOrdinaryPayloadBytes = 1460;
  /// Without the receiver's SYN: longer IP packets than any jumbo frame's hold several segments, and as many as
  /// Ethernet would have made of them.
  static constexpr std::uint32_t kJumboPacketBytes = 9216;
  /// The second copy of a frame, from a mirror port, comes this soon after the first.
  static constexpr Duration kDuplicateFrameWithin{500'000};

  /// Takes the next segment of the conversation. counters: the record's own, which stay untouched (and may hold
  /// anything) until something is found. A segment whose end is not known (cut header, first fragment) is passed over.
  TcpObservation observe(const PacketView& packet, TcpCounters& counters) noexcept {
    return observe(packet, [&]() noexcept -> TcpCounters& { return counters; });
  }
  /// The same; counters_of() gives the counters, and is called only if they are needed.
  template <class CountersOf>
  requires std::is_nothrow_invocable_r_v<TcpCounters&, CountersOf>
  [[gnu::always_inline]] inline TcpObservation observe(const PacketView& packet, CountersOf counters_of) noexcept;

  /// A new record of the same conversation begins: counts begin anew, what is known of the conversation stays.
  void restart_counters() noexcept {
    state_ = static_cast<std::uint16_t>((state_ & ~kCountersInUse) | (handshake_over() ? kHandshakeReported : 0));
  }
  bool counters_in_use() const noexcept { return (state_ & kCountersInUse) != 0; }

  /// Whether packet, a SYN without ACK, has another initial sequence number than its sender's segments so far: the
  /// ports are used again.
  bool begins_another(const PacketView& packet) const noexcept {
    const auto sender = static_cast<std::size_t>(packet.direction);
    return (state_ & (kBaseKnown << sender)) != 0 && base_seq_[sender] != packet.tcp_seq;
  }
  /// Whether it repeats the SYN that is known of its sender.
  bool repeats_syn(const PacketView& packet) const noexcept {
    const auto sender = static_cast<std::size_t>(packet.direction);
    return (state_ & (kBaseKnown << sender)) != 0 && base_seq_[sender] == packet.tcp_seq;
  }

  /// Whether packet, a reset, ends the connection: its sequence number must lie in what its receiver expects, as far as
  /// that was seen, and answer a SYN by acknowledging it. True while nothing is known of the receiver. What is behind
  /// the window, and before the highest byte seen, passes too, since acknowledgements may be missing here.
  /// Source: RFC 9293 section 3.10.7.
  bool accepts_reset(const PacketView& packet) const noexcept;

  /// Last SYN to the first segment after it that has ACK and no SYN, whoever sent it and be it a reset: what Wireshark
  /// calls initial RTT. Nothing if it belongs to an earlier record of the conversation.
  std::optional<Duration> handshake_rtt() const noexcept;
  /// SYN to SYN/ACK, SYN/ACK to ACK: the way from the place of capture to the server and back, to the client and back.
  /// Nothing if SYN or SYN/ACK were repeated, since then nobody knows which one was answered (RFC 6298 section 3).
  std::optional<Duration> handshake_server_rtt() const noexcept;
  std::optional<Duration> handshake_client_rtt() const noexcept;
  /// From a segment with data in this direction until it was acknowledged (RFC 6298 section 2: smoothed by 1/8), one
  /// segment at a time. Not one that was sent twice, or of which bytes before it were (Karn's algorithm); but where the
  /// acknowledgement echoes a time stamp from before the repetition (RFC 7323 section 4, RFC 3522 section 3.2), it was
  /// sent in vain, and the first segment's round trip counts.
  std::optional<Duration> rtt_smoothed(Direction direction) const noexcept;
  /// The smallest of these: nearest to the path's own, since acknowledgements may be delayed (RFC 9293
  /// section 3.8.6.3).
  std::optional<Duration> rtt_min(Direction direction) const noexcept;

  static constexpr Duration duration_of(std::uint32_t ticks) noexcept { return {ticks * kTickNanoseconds}; }

 private:
  friend class TcpQualityTestPeer;

  /// The sender of one direction.
  struct Side {
    std::uint32_t next_seq;   // behind the highest byte, SYN or FIN seen
    std::uint32_t last_ack;   // of its last segment
    std::uint32_t next_tick;  // when next_seq last moved
    std::uint32_t last_tick;  // of its last segment
    std::uint32_t timed_end;  // the segment that is timed ends here
    std::uint32_t timed_tick;
    std::uint16_t window;  // of its last segment, unscaled
    std::uint16_t ip_identification;
    std::uint8_t flags;           // k*
    std::uint8_t duplicate_acks;  // in a row, saturating
    std::uint8_t window_shift;    // for window
    std::uint8_t unused;
  };
  static_assert(sizeof(Side) == 32);
  struct Segment;

  // Side::flags
  static constexpr std::uint8_t kSeen = 0x01,  // next_seq and what else a segment gives are known
      kWindowOfSyn = 0x02,                     // the last segment was a SYN: its window is never scaled
      kLastKeepAlive = 0x04,                   // the last segment was one
      kTimed = 0x08,                           // timed_end and timed_tick are in use
      kMovedByEmpty = 0x10,                    // next_seq was last moved by a segment without data, SYN, FIN
      kScaleKnown = 0x20,                      // window_shift is what the handshake agreed on
      kWatched = 0x40,                         // watch()
      kEchoDecides = 0x80;  // the other side repeated bytes, and has no kTimed since: an echo may still tell its RTT
  static constexpr std::uint8_t kExtraordinary = kSeen | kWindowOfSyn | kLastKeepAlive | kWatched | kEchoDecides;
  // state_; those of a direction are shifted by it
  static constexpr std::uint16_t kBaseKnown = 0x01, kSynOptionsKnown = 0x04, kSyn = 0x10, kSynAck = 0x20,
                                 kHandshakeRepeated = 0x40, kHandshakeOver = 0x80, kHandshakeClean = 0x100,
                                 kHandshakeReported = 0x200, kCountersInUse = 0x400, kSynFromHi = 0x800;

  static std::uint32_t ticks(Timestamp time) noexcept {
    return static_cast<std::uint32_t>(static_cast<std::uint64_t>(time.nanoseconds) / kTickNanoseconds);
  }
  /// Whether a comes after b (RFC 9293 section 3.4).
  static bool after(std::uint32_t a, std::uint32_t b) noexcept { return static_cast<std::int32_t>(a - b) > 0; }
  static bool measurable(const PacketView& packet) noexcept {
    return packet.status == DecodeStatus::kOk && !packet.is(PacketView::kFlagFirstFragment);
  }
  /// Whether a measurable segment has no options beside the time stamps in their usual place (RFC 7323 appendix A), or
  /// none that were captured: no SACK. Without its options the header was captured.
  static bool has_usual_options(const PacketView& packet) noexcept {
    constexpr std::uint32_t kDataOffsetAt = 12, kOptionsAt = 20;
    constexpr std::uint8_t kTimeStamps[] = {1, 1, 8, 10};
    const std::uint8_t* header = packet.frame + packet.transport_offset;
    const unsigned words = header[kDataOffsetAt] >> 4;
    if (words < 8) return true;
    if (packet.transport_offset + kOptionsAt + sizeof kTimeStamps > packet.captured_bytes) return true;
    return words == 8 && std::memcmp(header + kOptionsAt, kTimeStamps, sizeof kTimeStamps) == 0;
  }

  TcpObservation observe_fully(const PacketView& packet, TcpCounters& counters) noexcept;
  /// How many segments a frame holds: those that the receiver's maximum segment size allowed, less what the options
  /// take of it (RFC 9293 section 3.7.1, RFC 6691).
  std::uint32_t segments_in(const PacketView& packet) const noexcept;
  /// segments_in() of a frame that may hold several; counts it if it does. Out of line: ordinary captures have none.
  [[gnu::noinline]] std::uint32_t count_segments(const PacketView& packet, TcpCounters& counters) noexcept;
  void count(std::uint32_t findings, std::size_t direction, TcpCounters& counters) noexcept;
  std::uint32_t inspect(const Segment& segment, const Side& sender, const Side& receiver) const noexcept;
  std::uint32_t inspect_repeat(const Segment& segment, const Side& sender, const Side& receiver) const noexcept;
  /// Whether the segment's payload does not simply follow: RepeatedPayload has to see it.
  static bool may_repeat(const Segment& segment, const Side& sender) noexcept;
  bool is_duplicate_frame(const Segment& segment, const Side& sender) const noexcept;
  void track_sequence(const Segment& segment, Side& sender) noexcept;
  /// Sends the segments of both sides the long way as long as a handshake is open, a window is closed, or bytes were
  /// acknowledged that were not seen.
  void watch() noexcept;
  void read_syn(const PacketView& packet, bool duplicate) noexcept;
  /// An acknowledgement, which may be of the segment that the other side timed.
  void end_timing(const PacketView& packet, const Segment& segment, TcpObservation& observed,
                  TcpCounters& counters) noexcept;
  /// Bytes are sent again by a side of which a segment is timed.
  void doubt_rtt(const PacketView& packet) noexcept;
  void stop_timing(std::size_t direction) noexcept;
  /// Whether packet, which acknowledges the timed segment, does so for what was sent first.
  bool answers_the_original(const PacketView& packet) const noexcept;
  void finish_handshake(const PacketView& packet) noexcept;
  /// The timed segment of sides_[direction] is acknowledged; gives the sample, or kNoRtt if it is out of range.
  std::uint32_t take_rtt(std::size_t direction, std::uint32_t now) noexcept;
  bool handshake_over() const noexcept { return (state_ & kHandshakeOver) != 0; }

  Side sides_[2];  // by Direction of what they send
  // --- line 2
  std::int64_t handshake_nanoseconds_;  // time of the last SYN; once the handshake is over, what it took
  std::uint32_t base_seq_[2];           // initial sequence numbers, or one before the first byte seen
  std::uint32_t rtt_smoothed_[2];       // ticks times 8; 0: no sample
  std::uint32_t rtt_min_[2];            // ticks
  std::uint32_t repeat_stamp_[2];       // with kEchoDecides: time stamp of the first segment that repeated bytes
  std::uint32_t server_ticks_;          // SYN to SYN/ACK
  std::uint16_t segment_bytes_max_[2];  // of the SYN's sender, that is of what the other side sends; 0: not known
  std::uint8_t window_scale_[2];        // one more than the SYN's shift count; 0: none
  std::uint16_t state_;
};
static_assert(sizeof(TcpQuality) == 128);

template <class CountersOf>
requires std::is_nothrow_invocable_r_v<TcpCounters&, CountersOf>
inline TcpObservation TcpQuality::observe(const PacketView& packet, CountersOf counters_of) noexcept {
  constexpr std::uint8_t kDeciding = TcpFlags::kSyn | TcpFlags::kFin | TcpFlags::kRst | TcpFlags::kAck;
  const auto direction = static_cast<std::size_t>(packet.direction);
  Side& sender = sides_[direction];
  Side& receiver = sides_[1 - direction];
  const std::uint32_t end = packet.tcp_seq + packet.payload_bytes;
  // Whatever could be a finding goes the long way: what is left is in order, new, and acknowledges what was seen.
  bool unusual = (packet.tcp_flags & kDeciding) != TcpFlags::kAck || (sender.flags & kExtraordinary) != kSeen ||
                 packet.tcp_seq != sender.next_seq || packet.tcp_window == 0 || !measurable(packet) ||
                 after(packet.tcp_ack, receiver.next_seq);
  if (packet.payload_bytes == 0) {
    unusual |= packet.tcp_ack == sender.last_ack && packet.tcp_window == sender.window;
  } else {
    const std::uint32_t window_end = receiver.last_ack + (std::uint32_t{receiver.window} << receiver.window_shift);
    unusual |= end == window_end;
  }
  if (unusual || (packet.payload_bytes == 0 && !has_usual_options(packet))) [[unlikely]]
    return observe_fully(packet, counters_of());

  const std::uint32_t now = ticks(packet.received_at);
  TcpObservation seen;
  if ((receiver.flags & kTimed) != 0 && !after(receiver.timed_end, packet.tcp_ack))
    seen.rtt_ticks = take_rtt(1 - direction, now);
  if (packet.tcp_ack != sender.last_ack) sender.duplicate_acks = 0;
  sender.last_ack = packet.tcp_ack;
  sender.window = packet.tcp_window;
  sender.last_tick = now;
  sender.ip_identification = packet.ip_identification;
  if (packet.payload_bytes != 0) {
    sender.next_seq = end;
    sender.next_tick = now;
    if ((sender.flags & kTimed) == 0) {
      sender.timed_end = end;
      sender.timed_tick = now;
    }
    sender.flags = static_cast<std::uint8_t>((sender.flags & ~kMovedByEmpty) | kTimed);
    if (packet.payload_bytes > kOrdinaryPayloadBytes) [[unlikely]]
      seen.hold(count_segments(packet, counters_of()));
  }
  return seen;
}

}  // namespace netpulse
