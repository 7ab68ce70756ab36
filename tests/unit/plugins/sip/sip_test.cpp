#include "plugins/sip/sip.h"

#include <gtest/gtest.h>

#include "plugins/common/rtp_announcement.h"
#include "plugins/sip/sdp.h"
#include "tests/unit/plugins/flow_driver.h"
#include "tests/unit/plugins/sip/sip_samples.h"

namespace netpulse {
namespace {

using namespace test;

constexpr AnalyzerEntry kSip = make_analyzer_entry<Sip>();
constexpr std::uint8_t kUdp = 17, kTcp = 6;

TEST(Sdp, ReadsMediaWithTheirAddressesAndPayloadTypes) {
  SessionDescription session;
  ASSERT_TRUE(parse_sdp(kSdpOffer, session));
  ASSERT_EQ(session.media_count, 3);
  EXPECT_EQ(session.media[0].kind, "audio");
  EXPECT_EQ(session.media[0].port, 49170);
  EXPECT_EQ(session.media[0].protocol, "RTP/AVP");
  EXPECT_EQ(session.media[0].address, "192.0.2.1");
  ASSERT_EQ(session.media[0].payload_type_count, 3);
  EXPECT_EQ(session.media[0].payload_types[2], 101);
  EXPECT_EQ(session.media[1].address, "233.252.0.1");
  EXPECT_EQ(session.media[1].port, 51372);
  ASSERT_EQ(session.media[1].payload_type_count, 2);
  EXPECT_EQ(session.media[1].payload_types[1], 31);
  EXPECT_EQ(session.media[2].port, 0);
  EXPECT_EQ(session.media[2].payload_type_count, 0);
}

TEST(Sdp, IsBoundedInMediaAndPayloadTypes) {
  std::string text = "v=0\n";
  for (int i = 0; i < 50; ++i) {
    text += "m=audio 4000 RTP/AVP";
    for (int type = 0; type < 50; ++type) text += " 0";
    text += "\n";
  }
  SessionDescription session;
  ASSERT_TRUE(parse_sdp(text, session));
  EXPECT_EQ(session.media_count, SessionDescription::kMediaMax);
  EXPECT_EQ(session.media[0].payload_type_count, SdpMedia::kPayloadTypesMax);
}

TEST(Sdp, PassesOverLinesItCannotRead) {
  SessionDescription session;
  EXPECT_FALSE(parse_sdp("m=audio 1 RTP/AVP 0", session));
  EXPECT_TRUE(parse_sdp("v=0\nm=\nm=audio\nm=audio x RTP/AVP 0\nm=audio 99999 RTP/AVP 0\nc=\nm=audio 7 RTP/AVP 300 4",
                        session));
  ASSERT_EQ(session.media_count, 1);
  EXPECT_EQ(session.media[0].port, 7);
  ASSERT_EQ(session.media[0].payload_type_count, 1);
  EXPECT_EQ(session.media[0].payload_types[0], 4);
}

TEST(Sdp, ReadsTheClocksOfPayloadTypes) {
  SessionDescription session;
  ASSERT_TRUE(
      parse_sdp("v=0\r\na=rtpmap:8 PCMU/8000\r\nm=audio 4000 RTP/AVP 8 97 98 99\r\na=rtpmap:97 L16/44100/2\r\n"
                "a=rtpmap:98 opus\r\na=rtpmap:99 x/99999999999\r\na=rtpmap:100 a/8000\r\na=rtpmap:\r\n"
                "m=audio\r\na=rtpmap:8 of-no-media/9\r\n"
                "m=video 4002 RTP/AVP 97 101\r\na=rtpmap:97 VP8/90000\r\na=rtpmap:101 TELEPHONE-event/8000/1",
                session));
  ASSERT_EQ(session.media_count, 2);
  const SdpMedia& audio = session.media[0];
  EXPECT_EQ(audio.clocks_hz[0], 0U) << "a line of the session, and one of a medium that cannot be read";
  EXPECT_EQ(audio.clocks_hz[1], 44100U);
  EXPECT_EQ(audio.clocks_hz[2], 0U);
  EXPECT_EQ(audio.clocks_hz[3], 0U);
  EXPECT_EQ(audio.events, 0U);
  EXPECT_EQ(session.media[1].clocks_hz[0], 90000U);
  EXPECT_EQ(session.media[1].clocks_hz[1], 8000U);
  EXPECT_EQ(session.media[1].events, 2U);
}

TEST(Sip, AnnouncesItsMedia) {
  RecordingContext context;
  FlowDriver flow(kSip, kUdp, 5060, context);
  flow.feed(true, sip_invite());
  // The image has port 0.
  ASSERT_EQ(context.expected.size(), 2U);
  EXPECT_EQ(context.expected[0].address.to_string(), "192.0.2.1");
  EXPECT_EQ(context.expected[0].port, 49170);
  EXPECT_EQ(RtpAnnouncement::clock_hz(context.expected[0].note, 101), 0U);
  EXPECT_FALSE(RtpAnnouncement::clock_hz(context.expected[0].note, 8).has_value());
  EXPECT_EQ(context.expected[1].address.to_string(), "233.252.0.1");
  EXPECT_EQ(context.expected[1].port, 51372);
}

TEST(Sip, AnnouncesNoMediaThatCannotBeTold) {
  for (const char* media :
       {"c=IN IP4 0.0.0.0\r\nm=audio 4000 RTP/AVP 0\r\n", "c=IN IP6 ::\r\nm=audio 4000 RTP/AVP 0\r\n",
        "c=IN IP4 phone.example.com\r\nm=audio 4000 RTP/AVP 0\r\n", "m=audio 4000 RTP/AVP 0\r\n",
        "c=IN IP4 192.0.2.1\r\nm=image 4000 udptl t38\r\n", "c=IN IP4 192.0.2.1\r\nm=audio 0 RTP/AVP 0\r\n"}) {
    RecordingContext context;
    FlowDriver flow(kSip, kUdp, 5060, context);
    flow.feed(true, sip_message("SIP/2.0 200 OK", "", "v=0\r\n" + std::string(media)));
    EXPECT_EQ(context.counter(2), 1U);
    EXPECT_TRUE(context.expected.empty()) << media;
  }
}

TEST(Sip, TellsWhoCallsWhomWithWhat) {
  for (const std::uint8_t protocol : {kUdp, kTcp}) {
    RecordingContext context;
    FlowDriver flow(kSip, protocol, 7777, context);
    flow.feed(true, sip_invite());
    flow.feed(false, sip_ok());
    EXPECT_EQ(context.attributes[FlowAttribute::kSipFrom], "sip:alice@example.com");
    EXPECT_EQ(context.attributes[FlowAttribute::kSipTo], "sip:bob@example.org");
    EXPECT_EQ(context.attributes[FlowAttribute::kUserAgent], "Softphone 1.2");
    EXPECT_EQ(context.attributes[FlowAttribute::kServerSoftware], "Exchange 16");
    EXPECT_EQ(context.counter(0), 1U);                       // requests
    EXPECT_EQ(context.counter(2), 1U);                       // 2xx
    EXPECT_EQ(context.counter(Sip::kCounterMedia), 1U);      // audio
    EXPECT_EQ(context.counter(Sip::kCounterMedia + 1), 1U);  // video
    EXPECT_EQ(context.counter(Sip::kCounterMedia + 2), 1U);  // image
  }
}

TEST(Sip, TimesCalls) {
  for (const std::uint8_t protocol : {kUdp, kTcp}) {
    RecordingContext context;
    FlowDriver flow(kSip, protocol, 5060, context);
    const auto say = [&](std::int64_t at_ms, const char* start, const char* call, const char* sequence,
                         bool tag = false) {
      flow.packet().received_at = {1'000'000'000 + at_ms * 1'000'000};
      flow.feed(start[0] != 'S', sip_message(start, "To: <sip:b@example.org>" + std::string(tag ? ";tag=1" : "") +
                                                        "\r\nCall-ID: " + call + "\r\nCSeq: " + sequence + "\r\n"));
    };
    const char* const invite = "INVITE sip:b@example.org SIP/2.0";
    say(0, invite, "one", "1 INVITE");
    say(500, invite, "one", "1 INVITE");  // sent again
    say(600, "SIP/2.0 407 Proxy Authentication Required", "one", "1 INVITE", true);
    say(700, invite, "one", "2 INVITE");
    say(800, "SIP/2.0 183 Session Progress", "one", "2 INVITE", true);
    say(900, "SIP/2.0 180 Ringing", "one", "2 INVITE", true);
    say(5000, "SIP/2.0 200 OK", "one", "2 INVITE", true);
    say(5010, "SIP/2.0 200 OK", "one", "2 INVITE", true);
    say(6000, invite, "one", "3 INVITE", true);  // on hold: no new call
    say(6010, "SIP/2.0 200 OK", "one", "3 INVITE", true);
    say(7000, "OPTIONS sip:b@example.org SIP/2.0", "two", "1 OPTIONS");
    say(7010, "SIP/2.0 200 OK", "two", "1 OPTIONS", true);
    say(8000, invite, "three", "1 INVITE");
    say(8100, "SIP/2.0 486 Busy Here", "three", "1 INVITE", true);
    const std::vector<Duration> times{Duration::from_milliseconds(800), Duration::from_milliseconds(5000)};
    EXPECT_EQ(context.latencies, times);
    EXPECT_EQ(context.counter(Sip::kCallBegun), 2U);
    EXPECT_EQ(context.counter(Sip::kCallAnswered), 1U);
    EXPECT_EQ(context.counter(Sip::kCallRefused), 1U);
    EXPECT_EQ(context.counter(Sip::kCallForgotten), 0U);
  }
}

TEST(Sip, PassesOverKeepAlives) {
  RecordingContext context;
  FlowDriver flow(kSip, kUdp, 5060, context);
  flow.feed(true, sip_ok());
  EXPECT_EQ(flow.feed(true, bytes_of("\r\n\r\n")), Verdict::kNeedMore);
  EXPECT_EQ(flow.feed(true, ByteVector{0}), Verdict::kNeedMore);
}

TEST(Sip, IsNoOtherProtocolWithTheSameMethods) {
  for (const char* line : {"OPTIONS rtsp://example.org/ RTSP/1.0\r\n", "NOTIFY * HTTP/1.1\r\n",
                           "OPTIONS * HTTP/1.1\r\n", "INVITE sip:bob@example.org SIP/3.0\r\n", "SIP/2.0 OK\r\n",
                           "SIP/2.0 700 No\r\n", "INVITED sip:x SIP/2.0\r\n", "REFER\r\n"}) {
    RecordingContext context;
    EXPECT_EQ(FlowDriver(kSip, kTcp, 5060, context).feed(true, bytes_of(line)), Verdict::kNotMine) << line;
    EXPECT_EQ(FlowDriver(kSip, kUdp, 5060, context).feed(true, bytes_of(line)), Verdict::kNotMine) << line;
  }
}

TEST(Sip, GivesUpAHeaderWithoutEnd) {
  RecordingContext context;
  FlowDriver flow(kSip, kTcp, 5060, context);
  context.gave_up = true;
  EXPECT_EQ(flow.feed(true, bytes_of("SIP/2.0 200 OK\r\nX: " + std::string(9000, 'x'))), Verdict::kDone);
}

}  // namespace
}  // namespace netpulse
