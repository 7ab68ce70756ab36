#include "tests/unit/engine/flow/tcp_handshake.h"

#include <cstring>
#include <random>

namespace netpulse {

class TcpQualityTestPeer {
 public:
  static TcpObservation observe_fully(TcpQuality& quality, const PacketView& packet, TcpCounters& counters) {
    return quality.observe_fully(packet, counters);
  }
};

namespace {

/// Segments near what is expected next, so that every rule is met often, with any flags.
TEST(TcpQuality, TheShortWayFindsWhatTheLongWayFinds) {
  std::minstd_rand random(7);
  const auto below = [&](std::uint32_t bound) { return static_cast<std::uint32_t>(random()) % bound; };
  std::size_t findings = 0;
  for (int conversation = 0; conversation < 300; ++conversation) {
    TestConversation quick, thorough;
    std::uint32_t next[2] = {static_cast<std::uint32_t>(random()) * 2, static_cast<std::uint32_t>(random()) * 2};
    double now = 0;
    for (int i = 0; i < 200; ++i) {
      TestSegment s;
      s.from_client = below(2) != 0;
      const std::size_t sender = s.from_client ? 0 : 1;
      now += below(20) == 0 ? below(400) : below(100) * 0.01;
      s.at_ms = now;
      constexpr std::uint8_t kOther[] = {kSyn, kSynAck, kFin | kAck, kRst, 0};
      if (below(12) == 0) s.flags = kOther[below(5)];
      s.bytes = below(2) * (below(3) == 0 ? 1 : below(8) == 0 ? 3000 : 100);
      s.seq = next[sender] + (below(4) == 0 ? below(5) * 100 - 201 : 0);
      s.ack = next[1 - sender] - (below(4) == 0 ? below(3) * 100 : 0) + (below(40) == 0 ? 50 : 0);
      s.window = static_cast<std::uint16_t>(below(6) == 0 ? below(2) * 100 : 1000);
      s.ip_identification = static_cast<std::uint16_t>(below(3));
      s.options = below(2) == 0 ? window_scale(static_cast<std::uint8_t>(below(3))) : segment_bytes_max(1200);
      if (below(4) == 0)
        s.options = join(time_stamps(below(100), below(100)), below(2) == 0 ? sack({s.ack - 100, s.ack}) : sack({}));
      if (s.seq == next[sender]) next[sender] += s.bytes;
      const TestPacket packet(s);
      const TcpObservation a = quick.quality.observe(packet.view, quick.counters);
      const TcpObservation b = TcpQualityTestPeer::observe_fully(thorough.quality, packet.view, thorough.counters);
      ASSERT_EQ(a.findings, b.findings);
      ASSERT_EQ(a.rtt_ticks, b.rtt_ticks);
      ASSERT_EQ(a.segments, b.segments);
      ASSERT_EQ(std::memcmp(&quick.quality, &thorough.quality, sizeof(TcpQuality)), 0) << conversation << " " << i;
      findings += a.findings != 0 ? 1 : 0;
    }
  }
  EXPECT_GT(findings, 10'000U);
}

}  // namespace
}  // namespace netpulse
