#include "plugins/rtp/rtcp.h"

#include "plugins/common/rtp_header.h"

namespace netpulse {
namespace {

constexpr std::size_t kSenderInfoWords = 5, kReportBlockWords = 6;

/// Every packet of the compound has version 2, a known type, and room for its report blocks; they end where the
/// datagram does.
bool is_compound(Bytes datagram, bool cut) noexcept {
  ByteCursor cursor(datagram);
  bool first = true;
  do {
    const std::uint8_t flags = cursor.u8();
    const std::uint8_t type = cursor.u8();
    const std::uint16_t words = cursor.u16();
    if (cursor.failed() || flags >> 6 != 2) return false;
    const bool report = type == kRtcpSenderReport || type == kRtcpReceiverReport;
    if (first ? !report : type < kRtcpSenderReport || type > kRtcpExtendedReport) return false;
    const std::size_t blocks = flags & 0x1f;
    if (report && words < 1 + (type == kRtcpSenderReport ? kSenderInfoWords : 0) + blocks * kReportBlockWords)
      return false;
    first = false;
    cursor.skip(std::size_t{4} * words);
    if (cursor.failed()) return cut;
  } while (!cursor.at_end());
  return true;
}

}  // namespace

Verdict Rtcp::probe(const PacketView& packet) noexcept {
  return mine_if(over_udp(packet) && is_compound(packet.payload(), is_cut(packet)));
}

Verdict Rtcp::consume(const PacketView& packet, State& state, AnalyzerContext& context) noexcept {
  RtpHeader header;
  if (!parse_rtp_header(packet.payload(), is_cut(packet), header)) {
    const auto side = static_cast<std::size_t>(packet.direction);
    read_rtcp_reports(
        packet.payload(),
        [&](std::uint8_t type, std::uint32_t, std::uint32_t middle) {
          const bool sender = type == kRtcpSenderReport;
          if (sender) state.senders[side] = {packet.received_at, middle};
          context.count(sender ? kCounterSender : kCounterReceiver);
        },
        [&](const RtcpReportBlock& block) {
          const auto round_trip = rtcp_round_trip(block, state.senders[1 - side], packet.received_at);
          if (round_trip.has_value()) context.observe_latency(0, *round_trip);
        });
    return Verdict::kTentative;
  }
  context.hand_over();
  return Verdict::kDone;
}

}  // namespace netpulse
