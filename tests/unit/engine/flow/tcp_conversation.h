#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

#include "engine/flow/tcp_quality.h"

namespace netpulse {

/// A segment written by hand: a conversation is a list of these.
struct TestSegment {
  bool from_client = true;
  double at_ms = 0;
  std::uint8_t flags = TcpFlags::kAck;
  std::uint32_t seq = 0, ack = 0, bytes = 0;
  std::uint16_t window = 1000;
  std::uint16_t ip_identification = 0;
  std::vector<std::uint8_t> options = {};
};

/// The segment as the decoder gives it, with its own IPv4 and TCP headers.
class TestPacket {
 public:
  explicit TestPacket(const TestSegment& segment) {
    const std::size_t header = 20 + (segment.options.size() + 3) / 4 * 4;
    frame_.assign(20 + header, 0);
    frame_[20 + 12] = static_cast<std::uint8_t>(header / 4 << 4);
    std::copy(segment.options.begin(), segment.options.end(), frame_.begin() + 40);
    view.key.ip_version = 4;
    view.key.protocol = 6;
    view.network = NetworkLayer::kIpv4;
    view.transport = TransportLayer::kTcp;
    view.network_offset = 0;
    view.ip_identification = segment.ip_identification;
    view.transport_offset = 20;
    view.direction = segment.from_client ? Direction::kLoToHi : Direction::kHiToLo;
    view.received_at = {1'700'000'000'000'000'000 + static_cast<std::int64_t>(segment.at_ms * 1e6)};
    view.tcp_flags = segment.flags;
    view.tcp_seq = segment.seq;
    view.tcp_ack = segment.ack;
    view.tcp_window = segment.window;
    view.payload_bytes = segment.bytes;
    view.frame = frame_.data();
    view.captured_bytes = static_cast<std::uint32_t>(frame_.size());
  }
  TestPacket(const TestPacket&) = delete;
  TestPacket& operator=(const TestPacket&) = delete;

  PacketView view;

 private:
  std::vector<std::uint8_t> frame_;
};

/// What was found, as names: "retransmissions fast_retransmissions".
inline std::string found(const TcpObservation& observed) {
  std::string names;
  for (std::size_t i = 0; i < kTcpFindingCount; ++i)
    if (observed.has(static_cast<TcpFinding>(i)))
      names += (names.empty() ? "" : " ") + std::string(tcp_finding_name(static_cast<TcpFinding>(i)));
  return names;
}

/// A TcpQuality and its counters, fed with segments.
struct TestConversation {
  TcpQuality quality{};
  TcpCounters counters{};

  TcpObservation see(const TestSegment& segment) {
    const TestPacket packet(segment);
    return quality.observe(packet.view, counters);
  }
  std::string finds(const TestSegment& segment) { return found(see(segment)); }
  std::uint32_t count(bool of_client, TcpFinding finding) const { return counters.of(of_client ? 0 : 1, finding); }
};

}  // namespace netpulse
