#include "plugins/rtp/rtp_stream.h"

#include <gtest/gtest.h>

#include "plugins/rtp/mos.h"
#include "plugins/rtp/rtp_streams.h"

namespace netpulse {
namespace {

constexpr Timestamp kBegin{1'700'000'000'000'000'000};
constexpr PayloadClock kUnknown{}, kEvents{0, ClockSource::kAnnounced};

Timestamp at_ms(double milliseconds) { return kBegin + Duration{static_cast<std::int64_t>(milliseconds * 1e6)}; }

/// A stream that is given packets; sequence numbers follow each other.
class Feed {
 public:
  explicit Feed(PayloadClock clock) : clock_(clock) {}
  Feed& packet(double arrival_ms, std::uint32_t timestamp, std::uint8_t payload_type = 8, bool marker = false) {
    return numbered(sequence_, arrival_ms, timestamp, payload_type, marker);
  }
  Feed& numbered(std::uint16_t sequence, double arrival_ms, std::uint32_t timestamp, std::uint8_t payload_type = 8,
                 bool marker = false) {
    RtpHeader header;
    header.ssrc = 7;
    header.sequence = sequence;
    header.timestamp = timestamp;
    header.payload_type = payload_type;
    header.marker = marker;
    if (stream.packets() == 0)
      stream.begin(header, Direction::kLoToHi, clock_, at_ms(arrival_ms));
    else
      stream.add(header, clock_, at_ms(arrival_ms));
    sequence_ = static_cast<std::uint16_t>(sequence + 1);
    return *this;
  }
  Feed& clock(PayloadClock clock) {
    clock_ = clock;
    return *this;
  }
  double mean() const { return stream.jitter()->mean_ms; }
  double max() const { return stream.jitter()->max_ms; }

  RtpStream stream;

 private:
  PayloadClock clock_;
  std::uint16_t sequence_ = 65'534;
};

constexpr PayloadClock k8000{8000, ClockSource::kStatic};

TEST(RtpStream, MeasuresJitterAsAppendixA8) {
  Feed feed(k8000);
  feed.packet(0, 0xffffff00).packet(25, 0xffffff00 + 160).packet(40, 64).packet(70, 224);
  // |D| is 5, 5 and 10 ms; each takes J a sixteenth of the way.
  const double one = 5.0 / 16, two = one + (5 - one) / 16, three = two + (10 - two) / 16;
  EXPECT_NEAR(feed.stream.reported_jitter_ms(), three, 1e-6);
  EXPECT_NEAR(feed.max(), three, 1e-6);
  EXPECT_NEAR(feed.mean(), (one + two + three) / 3, 1e-6);
  EXPECT_EQ(feed.stream.clock_hz(), 8000U);
}

TEST(RtpStream, AnEvenStreamHasNoJitter) {
  Feed feed({90000, ClockSource::kAnnounced});
  for (int i = 0; i < 100; ++i) feed.packet(40.0 * i, 3600U * static_cast<std::uint32_t>(i));
  EXPECT_NEAR(feed.max(), 0, 1e-4);
  EXPECT_EQ(feed.stream.clock_source(), ClockSource::kAnnounced);
}

TEST(RtpStream, LeavesMarkersAndComfortNoiseOutOfMeanAndMaximum) {
  Feed feed(k8000);
  feed.packet(0, 0).packet(20, 160);
  feed.packet(220, 320, 8, true);  // a talk spurt: 180 ms late by its time stamp
  EXPECT_NEAR(feed.max(), 0, 1e-9);
  EXPECT_TRUE(feed.stream.jitter()->noted);
  EXPECT_NEAR(feed.stream.jitter()->jitter_ms, 180.0 / 16, 1e-6) << "Wireshark keeps it";
  EXPECT_NEAR(feed.stream.reported_jitter_ms(), 0, 1e-9) << "we pass over it";
  feed.packet(240, 480, 13).packet(260, 640);
  EXPECT_NEAR(feed.max(), 0, 1e-9) << "comfort noise and what follows it";
  feed.packet(280, 800);
  EXPECT_GT(feed.max(), 0);
  EXPECT_EQ(feed.stream.markers(), 1U);
  EXPECT_EQ(feed.stream.payload_type_changes(), 2U);
}

TEST(RtpStream, HasNoMeanOfMarkersAlone) {
  Feed feed(k8000);
  feed.packet(0, 0, 8, true).packet(25, 160, 8, true).packet(40, 320, 8, true);
  EXPECT_FALSE(feed.stream.jitter()->noted);
}

TEST(RtpStream, PassesOverTelephoneEvents) {
  Feed feed(k8000);
  feed.packet(0, 0).packet(20, 160);
  feed.clock(kEvents).packet(25, 200, 101, true).packet(45, 200, 101).packet(65, 200, 101);
  feed.clock(k8000).packet(80, 640);
  EXPECT_NEAR(feed.stream.reported_jitter_ms(), 0, 1e-9);
  // Wireshark takes the time from the last packet, and the time stamp from the last one with a clock: 15 - 60 ms.
  EXPECT_NEAR(feed.max(), 45.0 / 16, 1e-6);
  EXPECT_EQ(feed.stream.main_payload_type(), 8);
  EXPECT_EQ(feed.stream.clock_hz(), 8000U);
}

TEST(RtpStream, TakesTheFirstPacketOfAVideoFrame) {
  Feed feed({90000, ClockSource::kAnnounced});
  feed.packet(0, 0, 96).packet(5, 0, 96).packet(10, 0, 96, true);
  feed.packet(40, 3600, 96).packet(43, 3600, 96, true).packet(80, 7200, 96);
  EXPECT_NEAR(feed.stream.reported_jitter_ms(), 0, 1e-9);
  EXPECT_GT(feed.max(), 0.3);
}

TEST(RtpStream, PassesOverLateAndRepeatedPackets) {
  Feed feed(k8000);
  feed.numbered(1, 0, 0).numbered(3, 40, 320).numbered(2, 41, 160).numbered(3, 42, 320).numbered(4, 60, 480);
  EXPECT_NEAR(feed.stream.reported_jitter_ms(), 0, 1e-9);
  EXPECT_EQ(feed.stream.sequence().reordered(), 1U);
  EXPECT_EQ(feed.stream.sequence().duplicates(), 1U);
}

TEST(RtpStream, PassesOverTimeStampsThatGoBack) {
  Feed feed(k8000);
  feed.packet(0, 1000).packet(20, 1160).packet(40, 0).packet(60, 1480);
  EXPECT_NEAR(feed.max(), 0, 1e-9) << "Wireshark only over those before the first";
  EXPECT_NEAR(feed.stream.reported_jitter_ms(), 0, 1e-9);
  Feed anew(k8000);
  anew.packet(0, 500'000).packet(20, 500'160).packet(40, 7).packet(60, 167);
  EXPECT_NEAR(anew.stream.reported_jitter_ms(), 0, 1e-9);
}

TEST(RtpStream, InfersTheClock) {
  for (const std::uint32_t hz : kUsualClocksHz) {
    Feed feed(kUnknown);
    for (int i = 0; i < 80; ++i)
      feed.packet(
          20.0 * i + (i % 3),
          static_cast<std::uint32_t>(static_cast<std::uint64_t>(hz) * 20U * static_cast<std::uint64_t>(i) / 1000U),
          111);
    EXPECT_EQ(feed.stream.clock_hz(), hz);
    EXPECT_EQ(feed.stream.clock_source(), ClockSource::kInferred);
    ASSERT_NE(feed.stream.jitter(), nullptr);
    // As if the clock had been known from the first packet on.
    Feed known({hz, ClockSource::kAnnounced});
    for (int i = 0; i < 80; ++i)
      known.packet(
          20.0 * i + (i % 3),
          static_cast<std::uint32_t>(static_cast<std::uint64_t>(hz) * 20U * static_cast<std::uint64_t>(i) / 1000U),
          111);
    EXPECT_EQ(feed.mean(), known.mean());
    EXPECT_EQ(feed.max(), known.max());
    EXPECT_EQ(feed.stream.reported_jitter_ms(), known.stream.reported_jitter_ms());
  }
}

TEST(RtpStream, SaysNothingOfJitterWithoutAClock) {
  Feed brief(kUnknown), odd(kUnknown);
  for (std::uint32_t i = 0; i < 10; ++i) brief.packet(20.0 * i, 960 * i, 111);
  EXPECT_EQ(brief.stream.jitter(), nullptr);
  EXPECT_EQ(brief.stream.clock_hz(), 0U);
  for (std::uint32_t i = 0; i < 1000; ++i) odd.packet(20.0 * i, 20 * 27 * i, 111);
  EXPECT_EQ(odd.stream.jitter(), nullptr) << "27 kHz";
}

TEST(RtpStream, IsBelievedAfterTwoInARow) {
  Feed feed(k8000);
  feed.numbered(1, 0, 0).numbered(9, 1, 0).numbered(60'000, 2, 0);
  EXPECT_FALSE(feed.stream.believable());
  feed.numbered(60'001, 3, 0);
  EXPECT_TRUE(feed.stream.believable());
}

TEST(RtpStream, CountsWhatComesTooLateToBePlayed) {
  Feed feed(k8000);
  feed.packet(0, 0).packet(20 + 59, 160).packet(40 + 61, 320).packet(60, 480);
  EXPECT_EQ(feed.stream.discarded(), 1U);
  // Behind later ones, in time and too late; and once more.
  feed.numbered(10, 260, 2080).numbered(8, 220 + 59, 1760).numbered(9, 240 + 61, 1920).numbered(9, 240 + 61, 1920);
  EXPECT_EQ(feed.stream.discarded(), 2U);
}

TEST(RtpStream, ABufferFollowsTheWayAndTheClocks) {
  Feed feed(k8000);
  // After a second the way is 100 ms longer, and the source's clock is slow by 0.2 %.
  std::uint32_t timestamp = 0;
  for (int i = 0; i < 3000; ++i, timestamp += 160) feed.packet(20.04 * i + (i < 50 ? 0 : 100), timestamp);
  const std::uint64_t discarded = feed.stream.discarded().value_or(0);
  EXPECT_GE(discarded, 500U) << "ten seconds, which the quickest packet is remembered for";
  EXPECT_LE(discarded, 1000U);
  for (int i = 3000; i < 6000; ++i, timestamp += 160) feed.packet(20.04 * i + 100, timestamp);
  EXPECT_EQ(feed.stream.discarded(), discarded);
}

TEST(RtpStream, ABufferStartsAnewWithATalkSpurtAndWhereASourceSetsItsClock) {
  Feed feed(k8000);
  feed.packet(0, 0).packet(20, 160);
  feed.packet(240, 320, 8, true).packet(260, 480);  // 200 ms late, if it were no talk spurt
  feed.packet(280, 500'000).packet(300, 500'160);
  feed.packet(320, 77).packet(340, 237).packet(360 + 61, 397);
  EXPECT_EQ(feed.stream.discarded(), 1U);
}

TEST(RtpStream, ABufferNeedsAClockOfSound) {
  Feed unknown(kUnknown), video({90000, ClockSource::kAnnounced});
  unknown.packet(0, 0, 111).packet(220, 960, 111);
  video.packet(0, 0, 96).packet(220, 3600, 96);
  for (const Feed* feed : {&unknown, &video}) {
    EXPECT_EQ(feed->stream.discarded(), std::nullopt);
    EXPECT_EQ(feed->stream.silence(), std::nullopt);
  }
}

TEST(RtpStream, SumsUpSilence) {
  Feed feed(k8000);
  feed.packet(0, 0).packet(20, 160).packet(1520, 12'160, 8, true);  // 1.5 s between two packets in a row
  EXPECT_EQ(feed.stream.silence(), Duration::from_milliseconds(1500));
  feed.packet(1540, 12'320, 13).packet(1640, 13'120, 13).packet(1660, 13'280);  // comfort noise: 20, 100 and 20 ms
  EXPECT_EQ(feed.stream.silence(), Duration::from_milliseconds(1640));
  feed.numbered(20, 4000, 32'000);  // behind a gap nobody knows
  feed.clock(kEvents).packet(4020, 32'000, 101);
  feed.clock(k8000).packet(5020, 40'160);  // a key was held down
  EXPECT_EQ(feed.stream.silence(), Duration::from_milliseconds(1640));
}

TEST(RtpStream, SilenceOfForgedTimeStampsStaysBounded) {
  Feed feed(k8000);
  for (std::uint32_t i = 0; i < 200'000; ++i) feed.packet(20.0 * i, i * 0x7fff'0000);
  EXPECT_GT(feed.stream.silence(), Duration::from_seconds(86400));
  EXPECT_LE(feed.stream.silence(), Duration::from_seconds(365 * 86400));
}

TEST(RtpStreams, AChainFindsItsOwnAndGivesThemBack) {
  RtpStreams streams;
  RtpStreams::Chain one{0}, other{0};
  RtpHeader header;
  const auto begin = [&](RtpStreams::Chain& chain, std::uint32_t ssrc, Direction direction) {
    header.ssrc = ssrc;
    RtpStream* stream = streams.add(chain);
    if (stream != nullptr) stream->begin(header, direction, k8000, kBegin);
    return stream;
  };
  for (std::uint32_t ssrc = 1; ssrc <= 3; ++ssrc) begin(one, ssrc, Direction::kLoToHi);
  begin(one, 1, Direction::kHiToLo);
  begin(other, 1, Direction::kLoToHi);
  for (const std::uint32_t ssrc : {2U, 1U, 3U, 2U}) {
    ASSERT_NE(streams.find(one, ssrc, Direction::kLoToHi), nullptr);
    EXPECT_EQ(streams.find(one, ssrc, Direction::kLoToHi)->ssrc(), ssrc);
  }
  EXPECT_EQ(streams.find(one, 1, Direction::kHiToLo)->direction(), Direction::kHiToLo);
  EXPECT_EQ(streams.find(one, 4, Direction::kLoToHi), nullptr);
  EXPECT_EQ(streams.find(other, 2, Direction::kLoToHi), nullptr);
  int count = 0;
  streams.for_each(one, [&](RtpStream&) { ++count; });
  EXPECT_EQ(count, 4);
  EXPECT_EQ(streams.in_use(), 5U);
  streams.release(one);
  EXPECT_EQ(one.head, 0);
  EXPECT_EQ(streams.in_use(), 1U);
  EXPECT_NE(streams.find(other, 1, Direction::kLoToHi), nullptr);
}

TEST(RtpStreams, IsBoundedPerFlowAndInAll) {
  RtpStreams streams;
  std::size_t made = 0;
  for (std::size_t flow = 0; flow <= RtpStreams::kStreamsMax / RtpStreams::kStreamsPerFlowMax; ++flow) {
    RtpStreams::Chain chain{0};
    std::size_t here = 0;
    while (streams.add(chain) != nullptr) ++here;
    EXPECT_LE(here, RtpStreams::kStreamsPerFlowMax);
    made += here;
  }
  EXPECT_EQ(made, RtpStreams::kStreamsMax);
  EXPECT_EQ(streams.in_use(), RtpStreams::kStreamsMax);
}

TEST(Mos, IsAsG107Gives) {
  struct Vector {
    CodecImpairment codec;
    double loss_ratio, mos;
  };
  for (const Vector& vector :
       {Vector{kG711Concealed, 0, 4.40}, Vector{kG711Concealed, 0.01, 4.32}, Vector{kG711Concealed, 0.03, 4.12},
        Vector{kG711Concealed, 0.05, 3.90}, Vector{kG711Plain, 0, 4.40}, Vector{kG711Plain, 0.01, 3.81},
        Vector{kG711Plain, 0.03, 2.77}, Vector{kG711Plain, 0.05, 2.15}, Vector{kG729a, 0, 4.09},
        Vector{kG729a, 0.01, 3.93}, Vector{kG729a, 0.03, 3.61}, Vector{kG729a, 0.05, 3.32}})
    EXPECT_NEAR(mean_opinion_score(transmission_rating(vector.codec, 20, vector.loss_ratio)), vector.mos, 0.006)
        << vector.codec.loss_robustness << " at " << vector.loss_ratio;
}

TEST(Mos, StaysWithinItsScale) {
  for (const double delay_ms : {0.0, 177.3, 400.0, 1e9})
    for (const double loss : {-1.0, 0.0, 0.5, 1.0, 9.0}) {
      const double mos = mean_opinion_score(transmission_rating(kG711Plain, delay_ms, loss));
      EXPECT_GE(mos, 1);
      EXPECT_LE(mos, 4.5);
    }
}

}  // namespace
}  // namespace netpulse
