#include "engine/flow/tcp_quality.h"

#include <algorithm>
#include <bit>
#include <limits>

#include "engine/packet/tcp_options.h"

namespace netpulse {
namespace {

constexpr std::uint32_t ticks_of(Duration duration) {
  return static_cast<std::uint32_t>(duration.nanoseconds / TcpQuality::kTickNanoseconds);
}
constexpr std::uint32_t bit(TcpFinding finding) { return 1u << static_cast<unsigned>(finding); }

/// Wireshark's: a fast retransmission comes this soon after the last ACK, a late segment this soon after the one that
/// overtook it when the handshake's RTT is not known.
constexpr std::uint32_t kFastTicks = ticks_of(Duration::from_milliseconds(20));
constexpr std::uint32_t kOutOfOrderTicks = ticks_of(Duration::from_milliseconds(3));
constexpr std::uint8_t kFastDuplicateAcks = 2;
/// Longer ones, 134 s, do not fit the smoothed RTT; they are not round trips either.
constexpr std::uint32_t kRttTicksMax = (1u << 29) - 1;
/// RFC 6298 section 2: alpha is 1/8.
constexpr unsigned kSmoothingShift = 3;

/// Smaller maximum segment sizes count as this: the options alone may take 40 bytes of it.
constexpr std::uint32_t kSegmentBytesMaxMin = 48;
/// What Ethernet leaves of 1500 bytes beside the headers.
constexpr std::uint32_t kEthernetSegmentBytesV4 = 1460, kEthernetSegmentBytesV6 = 1440;
constexpr std::uint32_t kHeaderBytes = 20;

void add(std::uint32_t& sum, std::uint32_t count) {
  sum =
      count > std::numeric_limits<std::uint32_t>::max() - sum ? std::numeric_limits<std::uint32_t>::max() : sum + count;
}

}  // namespace

/// The packet's values, and what can be told before the rules are asked.
struct TcpQuality::Segment {
  std::uint32_t seq, ack, end;  // end: behind data, SYN, FIN
  std::uint32_t bytes;          // of payload
  std::uint32_t now;
  std::uint32_t late_ticks;  // out of order rather than retransmitted, if it comes sooner than this
  std::uint16_t window;
  std::uint16_t identification;
  std::uint8_t flags;
  bool follows;             // begins where its sender's segments so far end
  bool probe = false;       // of a zero window
  bool keep_alive = false;  // as the rules say
  bool duplicate = false;   // the frame was captured twice

  Segment(const PacketView& packet, const Side& sender, const Side& receiver, std::uint32_t late) noexcept
      : seq(packet.tcp_seq),
        ack(packet.tcp_ack),
        end(packet.tcp_seq + packet.payload_bytes),
        bytes(packet.payload_bytes),
        now(ticks(packet.received_at)),
        late_ticks(late),
        window(packet.tcp_window),
        identification(packet.ip_identification),
        flags(packet.tcp_flags),
        follows((sender.flags & kSeen) != 0 && packet.tcp_seq == sender.next_seq) {
    end += has(TcpFlags::kSyn | TcpFlags::kFin) ? 1 : 0;
    probe = bytes == 1 && follows && (receiver.flags & kSeen) != 0 && receiver.window == 0;
  }
  bool has(std::uint8_t any_flag) const noexcept { return (flags & any_flag) != 0; }
  bool control() const noexcept { return has(TcpFlags::kSyn | TcpFlags::kFin | TcpFlags::kRst); }

  bool repeats(const Side& sender) const noexcept {
    return (sender.flags & kSeen) != 0 && end != seq && after(sender.next_seq, seq) && !keep_alive && !duplicate;
  }
  std::uint32_t payload_begin() const noexcept { return seq + (has(TcpFlags::kSyn) ? 1 : 0); }
  void note_repeats(const Side& sender, RepeatedPayload& repeated, TcpObservation& observed) const noexcept;
  void time(Side& sender) const noexcept;
  void store(Side& sender) const noexcept;
};

TcpObservation TcpQuality::observe_fully(const PacketView& packet, TcpCounters& counters) noexcept {
  const auto direction = static_cast<std::size_t>(packet.direction);
  Side& sender = sides_[direction];
  Side& receiver = sides_[1 - direction];
  if (!measurable(packet)) {
    stop_timing(direction);
    sender.flags = static_cast<std::uint8_t>(sender.flags & (kScaleKnown | kWatched | kEchoDecides));
    return {};
  }
  std::uint32_t late_ticks = kOutOfOrderTicks;
  if (handshake_over())
    late_ticks = static_cast<std::uint32_t>(
        std::min<std::int64_t>(handshake_nanoseconds_ / kTickNanoseconds, std::numeric_limits<std::uint32_t>::max()));
  TcpObservation observed;
  if ((packet.tcp_flags & TcpFlags::kRst) != 0 && !accepts_reset(packet)) {
    observed.findings = bit(TcpFinding::kReset) | bit(TcpFinding::kResetOutOfWindow);
    count(observed.findings, direction, counters);
    if (packet.payload_bytes != 0) {  // RFC 9293 section 3.5.3 allows a reason as text; nobody gets to see this one
      counters.repeated[direction].refuse(observed.repeated_bytes = packet.payload_bytes);
      observed.findings |= TcpObservation::kPayloadRepeated;
    }
    return observed;
  }
  Segment segment(packet, sender, receiver, late_ticks);
  observed.findings = inspect(segment, sender, receiver);
  segment.keep_alive = observed.has(TcpFinding::kKeepAlive);
  segment.duplicate = is_duplicate_frame(segment, sender);
  if (segment.duplicate) observed.findings |= bit(TcpFinding::kDuplicateFrame);
  // Data that others acknowledge by the way take the short way, and hardly ever bring such a block.
  if (segment.bytes == 0 && !segment.control() && !has_usual_options(packet) && has_duplicate_sack(packet))
    observed.findings |= bit(TcpFinding::kDuplicateSack);
  const bool may = !(segment.follows && !segment.probe) && may_repeat(segment, sender);
  if (may || observed.findings != 0) count(observed.findings, direction, counters);
  if (may) segment.note_repeats(sender, counters.repeated[direction], observed);
  if (packet.payload_bytes > kOrdinaryPayloadBytes) observed.hold(count_segments(packet, counters));

  if (observed.has(TcpFinding::kDuplicateAck))
    sender.duplicate_acks = static_cast<std::uint8_t>(std::min(sender.duplicate_acks + 1, 255));
  else if (segment.ack != sender.last_ack)
    sender.duplicate_acks = 0;
  if (segment.has(TcpFlags::kAck) && ((receiver.flags & kTimed) | (sender.flags & kEchoDecides)) != 0)
    end_timing(packet, segment, observed, counters);
  if (segment.has(TcpFlags::kSyn)) read_syn(packet, segment.duplicate);
  if ((state_ & (kBaseKnown << direction)) == 0) {
    base_seq_[direction] = segment.has(TcpFlags::kSyn) ? segment.seq : segment.seq - 1;
    state_ = static_cast<std::uint16_t>(state_ | kBaseKnown << direction);
  }
  // What waits for a hole to be filled tells no RTT.
  if (observed.has(TcpFinding::kLostSegment)) stop_timing(direction);
  if ((sender.flags & kTimed) != 0 && segment.repeats(sender)) doubt_rtt(packet);
  segment.time(sender);
  if (segment.has(TcpFlags::kSyn))
    sender.window_shift = 0;
  else if ((sender.flags & (kSeen | kWindowOfSyn)) != kSeen)
    sender.window_shift = static_cast<std::uint8_t>(std::max<int>(window_scale_[direction] - 1, 0));
  track_sequence(segment, sender);
  segment.store(sender);
  if ((state_ & (kSyn | kHandshakeOver)) == kSyn && segment.has(TcpFlags::kAck) && !segment.has(TcpFlags::kSyn)) {
    finish_handshake(packet);
    if ((state_ & kHandshakeClean) != 0) observed.findings |= TcpObservation::kHandshakeMeasured;
  }
  watch();
  return observed;
}

bool TcpQuality::may_repeat(const Segment& s, const Side& sender) noexcept {
  if ((sender.flags & kSeen) == 0) return false;
  const std::uint32_t begin = s.payload_begin();
  return after(begin, sender.next_seq) || (s.bytes != 0 && (begin != sender.next_seq || s.probe));
}

void TcpQuality::Segment::note_repeats(const Side& sender, RepeatedPayload& repeated,
                                       TcpObservation& observed) const noexcept {
  RepeatedPayload::Taken taken = repeated.take(payload_begin(), payload_begin() + bytes, sender.next_seq);
  if (probe) repeated.refuse(taken.repeated_bytes = bytes);
  observed.repeated_bytes = taken.repeated_bytes;
  if (taken.repeated_bytes != 0) observed.findings |= TcpObservation::kPayloadRepeated;
  if (taken.hole_forgotten) observed.findings |= TcpObservation::kHoleForgotten;
}

void TcpQuality::count(std::uint32_t findings, std::size_t direction, TcpCounters& counters) noexcept {
  if (!counters_in_use()) counters = TcpCounters{};
  state_ |= kCountersInUse;
  for (; findings != 0; findings &= findings - 1)
    add(counters.counts[direction][static_cast<std::size_t>(std::countr_zero(findings))], 1);
}

bool TcpQuality::accepts_reset(const PacketView& packet) const noexcept {
  const auto direction = static_cast<std::size_t>(packet.direction);
  const Side& sender = sides_[direction];
  const Side& receiver = sides_[1 - direction];
  const bool sender_seen = (sender.flags & kSeen) != 0;
  if ((receiver.flags & kSeen) == 0 || !measurable(packet)) return true;
  const bool syn_sent = (state_ & (kSyn | kHandshakeOver)) == kSyn && (receiver.flags & kWindowOfSyn) != 0 &&
                        ((state_ & kSynFromHi) != 0) == (direction == 0);
  std::uint32_t expected = receiver.last_ack;
  if (syn_sent) {
    // Data may have come with the SYN: any part of it may be acknowledged.
    const bool answers = (packet.tcp_flags & TcpFlags::kAck) != 0 && !after(packet.tcp_ack, receiver.next_seq) &&
                         after(packet.tcp_ack, base_seq_[1 - direction]);
    if (answers || !sender_seen) return answers;
    expected = base_seq_[direction];
  }
  const bool scale_known = (receiver.flags & (kScaleKnown | kWindowOfSyn)) != 0;
  const std::uint32_t shift = scale_known ? receiver.window_shift : TcpSynOptions::kWindowScaleMax;
  std::uint32_t last = expected + (std::uint32_t{receiver.window} << shift);
  if (sender_seen && after(sender.next_seq, last)) last = sender.next_seq;
  return !after(expected, packet.tcp_seq) && !after(packet.tcp_seq, last);
}

std::uint32_t TcpQuality::segments_in(const PacketView& packet) const noexcept {
  const std::uint32_t header = tcp_header_bytes(packet);
  if (header == 0) return 1;
  const std::uint32_t options = header - kHeaderBytes;
  std::uint32_t most = segment_bytes_max_[1 - static_cast<std::size_t>(packet.direction)];
  if (most == 0) {
    const std::uint32_t ip_header = std::uint32_t{packet.transport_offset} - packet.network_offset;
    if (packet.payload_bytes + header + ip_header <= kJumboPacketBytes) return 1;
    most = packet.network == NetworkLayer::kIpv6 ? kEthernetSegmentBytesV6 : kEthernetSegmentBytesV4;
  }
  most = std::max(most, kSegmentBytesMaxMin);
  if (packet.payload_bytes + options <= most) return 1;
  const std::uint32_t each = most - options;
  return (packet.payload_bytes - 1) / each + 1;
}

std::uint32_t TcpQuality::count_segments(const PacketView& packet, TcpCounters& counters) noexcept {
  const std::uint32_t segments = segments_in(packet);
  if (segments == 1) return 1;
  const auto direction = static_cast<std::size_t>(packet.direction);
  count(bit(TcpFinding::kSuperFrame), direction, counters);
  add(counters.super_frame_segments[direction], segments);
  return segments;
}

/// Karn's algorithm: what was sent twice tells no RTT, nor what may have waited for something sent twice. A time stamp
/// tells more: the first repetition's is the oldest that can be echoed once any of them has arrived. Until then the
/// segment is remembered, unless a new one is timed in its place.
void TcpQuality::doubt_rtt(const PacketView& packet) noexcept {
  const auto direction = static_cast<std::size_t>(packet.direction);
  stop_timing(direction);
  const TcpSegmentOptions options = read_tcp_segment_options(packet);
  if (!options.has_time_stamps) return;
  repeat_stamp_[direction] = options.time_stamp;
  sides_[1 - direction].flags |= kEchoDecides;
}

void TcpQuality::end_timing(const PacketView& packet, const Segment& segment, TcpObservation& observed,
                            TcpCounters& counters) noexcept {
  const auto direction = static_cast<std::size_t>(packet.direction);
  Side& sender = sides_[direction];
  const Side& timed = sides_[1 - direction];
  const bool covers = !after(timed.timed_end, segment.ack);
  const bool doubted = (timed.flags & kTimed) == 0 && (sender.flags & kEchoDecides) != 0;
  if (covers && doubted && answers_the_original(packet)) {
    observed.rtt_ticks = take_rtt(1 - direction, segment.now);
    observed.findings |= bit(TcpFinding::kSpuriousByTimeStamp);
    count(bit(TcpFinding::kSpuriousByTimeStamp), direction, counters);
  } else if (covers && (timed.flags & kTimed) != 0) {
    observed.rtt_ticks = take_rtt(1 - direction, segment.now);
  }
  if (covers || !doubted) sender.flags = static_cast<std::uint8_t>(sender.flags & ~kEchoDecides);
}

void TcpQuality::stop_timing(std::size_t direction) noexcept {
  sides_[direction].flags = static_cast<std::uint8_t>(sides_[direction].flags & ~kTimed);
  sides_[1 - direction].flags = static_cast<std::uint8_t>(sides_[1 - direction].flags & ~kEchoDecides);
}

bool TcpQuality::answers_the_original(const PacketView& packet) const noexcept {
  const TcpSegmentOptions options = read_tcp_segment_options(packet);
  return options.has_time_stamps && options.time_stamp_echo != 0 &&
         after(repeat_stamp_[1 - static_cast<std::size_t>(packet.direction)], options.time_stamp_echo);
}

void TcpQuality::Segment::time(Side& sender) const noexcept {
  if (!follows || bytes == 0 || control() || probe || (sender.flags & kTimed) != 0) return;
  sender.timed_end = end;
  sender.timed_tick = now;
  sender.flags |= kTimed;
}

void TcpQuality::Segment::store(Side& sender) const noexcept {
  sender.window = window;
  sender.last_ack = ack;
  sender.last_tick = now;
  sender.ip_identification = identification;
}

std::uint32_t TcpQuality::inspect(const Segment& s, const Side& sender, const Side& receiver) const noexcept {
  const bool seen = (sender.flags & kSeen) != 0, receiver_seen = (receiver.flags & kSeen) != 0;
  std::uint32_t findings = 0;
  if (!s.probe) {
    if (s.window == 0 && !s.control()) findings |= bit(TcpFinding::kZeroWindow);
    if (seen && after(s.seq, sender.next_seq) && !s.has(TcpFlags::kRst)) findings |= bit(TcpFinding::kLostSegment);
    if (seen && s.bytes <= 1 && s.seq + 1 == sender.next_seq && !s.control()) findings |= bit(TcpFinding::kKeepAlive);
    const std::uint32_t window_end = receiver.last_ack + (std::uint32_t{receiver.window} << receiver.window_shift);
    if (receiver_seen && (receiver.flags & kScaleKnown) != 0 && s.bytes != 0 && !s.control() && s.end == window_end)
      findings |= bit(TcpFinding::kWindowFull);
    // What repeats the last ACK is a duplicate, unless it answers a keep-alive or says again that the window is zero.
    if (s.follows && s.bytes == 0 && !s.control() && s.ack == sender.last_ack && s.window == sender.window &&
        s.window != 0 && (receiver.flags & kLastKeepAlive) == 0)
      findings |= bit(TcpFinding::kDuplicateAck);
  }
  if (s.has(TcpFlags::kAck) && receiver_seen && after(s.ack, receiver.next_seq) && s.ack != sender.last_ack)
    findings |= bit(TcpFinding::kUnseenAcknowledged);
  if (s.has(TcpFlags::kRst)) findings |= bit(TcpFinding::kReset);
  if ((s.bytes != 0 || s.has(TcpFlags::kSyn | TcpFlags::kFin)) && (findings & bit(TcpFinding::kKeepAlive)) == 0)
    findings |= inspect_repeat(s, sender, receiver);
  return findings;
}

std::uint32_t TcpQuality::inspect_repeat(const Segment& s, const Side& sender, const Side& receiver) const noexcept {
  constexpr std::uint32_t kRetransmission = bit(TcpFinding::kRetransmission);
  const bool receiver_seen = (receiver.flags & kSeen) != 0;
  if (s.bytes != 0 && receiver_seen && receiver.last_ack != 0 && !after(s.seq + s.bytes, receiver.last_ack))
    return kRetransmission | bit(TcpFinding::kSpuriousRetransmission);
  if ((sender.flags & kSeen) == 0 || !after(sender.next_seq, s.seq)) return 0;
  // One byte before the next, and more than one long: data after the probe of a zero window, whose byte was refused.
  if (s.bytes > 1 && s.seq + 1 == sender.next_seq) return 0;
  if (receiver_seen && receiver.duplicate_acks >= kFastDuplicateAcks && receiver.last_ack == s.seq &&
      s.now - receiver.last_tick < kFastTicks)
    return kRetransmission | bit(TcpFinding::kFastRetransmission);
  // A segment that ends where the highest one ended is that one again, unless no data moved the end there.
  if (s.now - sender.next_tick < s.late_ticks && (s.end != sender.next_seq || (sender.flags & kMovedByEmpty) != 0))
    return bit(TcpFinding::kOutOfOrder);
  return kRetransmission;
}

bool TcpQuality::is_duplicate_frame(const Segment& s, const Side& sender) const noexcept {
  constexpr std::uint32_t kWithin = ticks_of(kDuplicateFrameWithin);
  return (sender.flags & kSeen) != 0 && s.identification != 0 && s.identification == sender.ip_identification &&
         s.now - sender.last_tick < kWithin && s.end == sender.next_seq && s.ack == sender.last_ack &&
         s.window == sender.window;
}

void TcpQuality::track_sequence(const Segment& s, Side& sender) noexcept {
  const bool seen = (sender.flags & kSeen) != 0;
  if (!seen || after(s.end, sender.next_seq + (s.has(TcpFlags::kSyn | TcpFlags::kFin) ? 1 : 0)))
    sender.flags =
        static_cast<std::uint8_t>(s.end == s.seq ? sender.flags | kMovedByEmpty : sender.flags & ~kMovedByEmpty);
  // A zero window's probe was refused for all that is known: its byte will come again.
  if (!seen || (after(s.end, sender.next_seq) && !s.probe)) {
    sender.next_seq = s.end;
    sender.next_tick = s.now;
  }
  sender.flags =
      static_cast<std::uint8_t>((sender.flags & (kTimed | kMovedByEmpty | kScaleKnown | kEchoDecides)) | kSeen |
                                (s.has(TcpFlags::kSyn) ? kWindowOfSyn : 0) | (s.keep_alive ? kLastKeepAlive : 0));
}

void TcpQuality::watch() noexcept {
  const auto ahead = [](const Side& acknowledging, const Side& sending) {
    return acknowledging.window == 0 || after(acknowledging.last_ack, sending.next_seq);
  };
  const bool both_seen = (sides_[0].flags & sides_[1].flags & kSeen) != 0;
  const bool watched = (state_ & (kSyn | kHandshakeOver)) == kSyn ||
                       (both_seen && (ahead(sides_[0], sides_[1]) || ahead(sides_[1], sides_[0])));
  for (Side& side : sides_)
    side.flags = static_cast<std::uint8_t>(watched ? side.flags | kWatched : side.flags & ~kWatched);
}

void TcpQuality::read_syn(const PacketView& packet, bool duplicate) noexcept {
  const auto direction = static_cast<std::size_t>(packet.direction);
  if ((packet.tcp_flags & TcpFlags::kAck) == 0) {
    if ((state_ & kSyn) != 0 && !duplicate) state_ |= kHandshakeRepeated;
    state_ = static_cast<std::uint16_t>((state_ & ~kSynFromHi) | kSyn | (direction == 1 ? kSynFromHi : 0));
    if (!handshake_over()) handshake_nanoseconds_ = packet.received_at.nanoseconds;
  } else if ((state_ & kSynAck) == 0) {
    state_ |= kSynAck;
    if (!handshake_over() && (state_ & kSyn) != 0)
      server_ticks_ = ticks(packet.received_at) - ticks({handshake_nanoseconds_});
  } else if (!duplicate) {
    state_ |= kHandshakeRepeated;
  }
  const TcpSynOptions options = read_tcp_syn_options(packet);
  segment_bytes_max_[direction] = options.segment_bytes_max;
  if (!options.whole) return;
  window_scale_[direction] = static_cast<std::uint8_t>(options.has_window_scale ? options.window_scale + 1 : 0);
  state_ = static_cast<std::uint16_t>(state_ | kSynOptionsKnown << direction);
  if ((state_ & (kSynOptionsKnown << (1 - direction))) == 0) return;
  // Scaling is in use only if both offered it (RFC 7323 section 2.2).
  if (window_scale_[0] == 0 || window_scale_[1] == 0) window_scale_[0] = window_scale_[1] = 0;
  for (Side& side : sides_) side.flags |= kScaleKnown;
}

void TcpQuality::finish_handshake(const PacketView& packet) noexcept {
  const std::int64_t took = packet.received_at.nanoseconds - handshake_nanoseconds_;
  if (took <= 0) return;  // the clock did not move: the next segment will tell
  handshake_nanoseconds_ = took;
  state_ |= kHandshakeOver;
  const bool by_initiator = (packet.direction == Direction::kHiToLo) == ((state_ & kSynFromHi) != 0);
  const bool clean = (state_ & (kSynAck | kHandshakeRepeated)) == kSynAck && by_initiator &&
                     (packet.tcp_flags & TcpFlags::kRst) == 0 && server_ticks_ <= took / kTickNanoseconds;
  if (clean) state_ |= kHandshakeClean;
}

std::uint32_t TcpQuality::take_rtt(std::size_t direction, std::uint32_t now) noexcept {
  Side& side = sides_[direction];
  side.flags = static_cast<std::uint8_t>(side.flags & ~kTimed);
  const std::uint32_t sample = now - side.timed_tick;
  if (sample > kRttTicksMax) return TcpObservation::kNoRtt;  // time went back, or stood still for long
  std::uint32_t& smoothed = rtt_smoothed_[direction];
  // Zero says that there is none: a tick is what an unmeasurably short one counts as.
  const std::uint32_t counted = std::max(sample, 1u);
  smoothed = smoothed == 0 ? counted << kSmoothingShift : smoothed - (smoothed >> kSmoothingShift) + counted;
  std::uint32_t& least = rtt_min_[direction];
  if (least == 0 || counted < least) least = counted;
  return sample;
}

std::optional<Duration> TcpQuality::handshake_rtt() const noexcept {
  if ((state_ & (kHandshakeOver | kHandshakeReported)) != kHandshakeOver) return {};
  return Duration{handshake_nanoseconds_};
}

std::optional<Duration> TcpQuality::handshake_server_rtt() const noexcept {
  if ((state_ & (kHandshakeClean | kHandshakeReported)) != kHandshakeClean) return {};
  return duration_of(server_ticks_);
}

std::optional<Duration> TcpQuality::handshake_client_rtt() const noexcept {
  if ((state_ & (kHandshakeClean | kHandshakeReported)) != kHandshakeClean) return {};
  return Duration{handshake_nanoseconds_ - duration_of(server_ticks_).nanoseconds};
}

std::optional<Duration> TcpQuality::rtt_smoothed(Direction direction) const noexcept {
  const std::uint32_t smoothed = rtt_smoothed_[static_cast<std::size_t>(direction)];
  if (smoothed == 0) return {};
  return Duration{static_cast<std::int64_t>(smoothed) * kTickNanoseconds >> kSmoothingShift};
}

std::optional<Duration> TcpQuality::rtt_min(Direction direction) const noexcept {
  const std::uint32_t least = rtt_min_[static_cast<std::size_t>(direction)];
  if (least == 0) return {};
  return duration_of(least);
}

}  // namespace netpulse
