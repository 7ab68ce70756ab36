#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "engine/base/bytes.h"
#include "engine/base/time.h"

namespace netpulse {

/// RTCP packet types. Source: RFC 3550 section 12.1, RFC 3611 section 2.
inline constexpr std::uint8_t kRtcpSenderReport = 200, kRtcpReceiverReport = 201, kRtcpExtendedReport = 207;

/// What a receiver's report block refers to (RFC 3550 section 6.4.1): the last sender's report of a source, and when.
struct RtcpSenderTime {
  Timestamp seen_at;
  std::uint32_t middle = 0;  ///< the middle 32 bits of its NTP time stamp; 0: none was seen
};

/// The part of a report block that tells a round trip.
struct RtcpReportBlock {
  std::uint32_t ssrc = 0;       ///< of the source that is reported on
  std::uint32_t reference = 0;  ///< RtcpSenderTime::middle of the report it had last; 0: none
  std::uint32_t delay = 0;      ///< since then, in 1/65536 s
};

/// From the place of capture to the receiver that sent the block at now, and back; nothing if the block refers to
/// another report than sender's, or tells an impossible time.
inline std::optional<Duration> rtcp_round_trip(const RtcpReportBlock& block, const RtcpSenderTime& sender,
                                               Timestamp now) noexcept {
  constexpr double kFractionsPerSecond = 65536;
  constexpr Duration kRoundTripMax = Duration::from_seconds(60);
  if (block.reference == 0 || block.reference != sender.middle) return {};
  const Duration elapsed = now - sender.seen_at;
  const Duration held{static_cast<std::int64_t>(block.delay / kFractionsPerSecond * 1e9)};
  if (held > elapsed || elapsed - held > kRoundTripMax) return {};
  return elapsed - held;
}

/// Reports and report blocks of a datagram that are looked at: two full reports.
inline constexpr int kRtcpItemsMax = 64;

/// Reads a compound as far as it can be read. on_report(type, ssrc, middle): a report, its sender, and the middle of
/// its NTP time stamp (0 of a receiver's report); on_block(block): a report block. At most kRtcpItemsMax of
/// both.
/// Source: RFC 3550 sections 6.1 and 6.4.
template <class OnReport, class OnBlock>
void read_rtcp_reports(Bytes datagram, OnReport on_report, OnBlock on_block) noexcept {
  constexpr std::size_t kCountersBytes = 12, kBlockBeforeReference = 12;
  ByteCursor cursor(datagram);
  int left = kRtcpItemsMax;
  while (!cursor.at_end() && left != 0) {
    const std::uint8_t flags = cursor.u8();
    const std::uint8_t type = cursor.u8();
    const std::size_t bytes = std::size_t{4} * cursor.u16();
    if (cursor.failed() || flags >> 6 != 2) return;
    ByteCursor body(cursor.take(std::min(bytes, cursor.remaining())));
    if (type != kRtcpSenderReport && type != kRtcpReceiverReport) continue;
    const std::uint32_t ssrc = body.u32();
    std::uint32_t middle = 0;
    if (type == kRtcpSenderReport) {
      const std::uint32_t seconds = body.u32();
      const std::uint32_t fraction = body.u32();
      middle = seconds << 16 | fraction >> 16;
      body.skip(kCountersBytes);
    }
    if (body.failed()) return;
    on_report(type, ssrc, middle);
    --left;
    for (std::size_t blocks = flags & 0x1f; blocks != 0 && left != 0; --blocks, --left) {
      RtcpReportBlock block;
      block.ssrc = body.u32();
      body.skip(kBlockBeforeReference);
      block.reference = body.u32();
      block.delay = body.u32();
      if (body.failed()) break;
      on_block(block);
    }
  }
}

}  // namespace netpulse
