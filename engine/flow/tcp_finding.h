#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "engine/flow/repeated_payload.h"

namespace netpulse {

/// What one TCP segment may show, at the place of capture. The first nine follow the rules by which Wireshark 4.0 sets
/// its tcp.analysis flags ("TCP Analysis" in its User's Guide), so that the counts can be compared.
enum class TcpFinding : std::uint8_t {
  kRetransmission,          ///< bytes, SYN or FIN seen before; the next two are retransmissions too
  kFastRetransmission,      ///< after two duplicate ACKs, within 20 ms of the last one
  kSpuriousRetransmission,  ///< of bytes that had been acknowledged
  kOutOfOrder,              ///< late by less than the handshake's RTT (3 ms where that is not known)
  kDuplicateAck,
  kLostSegment,  ///< begins behind the next byte expected: what was in between was lost, or not captured
  kZeroWindow,
  kWindowFull,  ///< reaches the end of the other side's window; needs both SYNs to be seen
  kKeepAlive,
  // --- not Wireshark's
  kUnseenAcknowledged,  ///< acknowledges bytes that were never seen: they went another way, or were not captured
  kReset,
  kDuplicateFrame,       ///< the same IPv4 packet once more, as mirror ports give it; counted by its other findings too
  kResetOutOfWindow,     ///< a reset that its receiver has to ignore: forged, or late; it ends and changes nothing
  kDuplicateSack,        ///< its sender reports bytes that had come twice (RFC 2883): sent again in vain, or doubled
  kSpuriousByTimeStamp,  ///< acknowledges, by the time stamp it echoes, what was sent first and not again (RFC 3522)
  kSuperFrame,           ///< several segments in one frame, as GRO or TSO of the capturing host leave them
  kCount
};
inline constexpr std::size_t kTcpFindingCount = static_cast<std::size_t>(TcpFinding::kCount);

/// "retransmissions", ...: report key.
const char* tcp_finding_name(TcpFinding finding) noexcept;

/// How often each was found in segments of one direction (held at their largest value), and what was sent again.
struct TcpCounters {
  std::array<std::uint32_t, kTcpFindingCount> counts[2]{};  ///< by Direction of the segment
  std::uint32_t super_frame_segments[2]{};                  ///< what kSuperFrame's hold, estimated
  RepeatedPayload repeated[2];                              ///< by Direction, too

  std::uint32_t of(std::size_t direction, TcpFinding finding) const noexcept {
    return counts[direction][static_cast<std::size_t>(finding)];
  }
};

}  // namespace netpulse
