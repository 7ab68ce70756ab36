#include <gtest/gtest.h>

#include "tests/unit/plugins/flow_driver.h"
#include "tests/unit/plugins/stun/stun_samples.h"

namespace netpulse {
namespace {

using namespace test;

constexpr AnalyzerEntry kStun = make_analyzer_entry<Stun>();
constexpr std::uint8_t kUdp = 17, kTcp = 6;

TEST(Stun, TellsTheSoftwareOfBothSides) {
  for (const std::uint8_t protocol : {kUdp, kTcp}) {
    RecordingContext context;
    FlowDriver flow(kStun, protocol, 40000, context);
    flow.feed(true, stun_request());
    flow.feed(false, stun_response());
    EXPECT_EQ(context.attributes[FlowAttribute::kClientSoftware], "STUN test client");
    EXPECT_EQ(context.attributes[FlowAttribute::kServerSoftware], "test vector");
    EXPECT_FALSE(context.handed_over);
  }
}

TEST(Stun, TakesTheOldHeaderOnItsOwnPortOnly) {
  RecordingContext context;
  EXPECT_EQ(FlowDriver(kStun, kUdp, 3478, context).feed(true, classic_stun_request()), Verdict::kNeedMore);
  EXPECT_EQ(FlowDriver(kStun, kUdp, 40000, context).feed(true, classic_stun_request()), Verdict::kNotMine);
  ByteVector other = classic_stun_request();
  other[1] = 5;
  EXPECT_EQ(FlowDriver(kStun, kUdp, 3478, context).feed(true, other), Verdict::kNotMine);
}

TEST(Stun, HandsOverWhatFollows) {
  for (const ByteVector& media :
       {ByteVector{0x80, 0x60, 0, 1, 0, 0, 0, 0, 1, 2, 3, 4, 5}, ByteVector{22, 0xfe, 0xff, 0}}) {
    RecordingContext context;
    FlowDriver flow(kStun, kUdp, 40000, context);
    flow.feed(true, stun_request());
    flow.feed(true, channel_data(20));
    EXPECT_FALSE(context.handed_over);
    flow.feed(true, media);
    EXPECT_TRUE(context.handed_over);
  }
}

TEST(Stun, HandsOverTheStreamBehindItsMessages) {
  RecordingContext context;
  FlowDriver flow(kStun, kTcp, 3478, context);
  ByteVector stream = stun_request();
  append(stream, bytes_of("\x16\x03\x01 and more of it ............"));
  flow.feed(true, stream);
  EXPECT_TRUE(context.handed_over);
  EXPECT_EQ(context.discarded, stun_request().size());
}

TEST(Stun, RefusesAttributesThatDoNotFit) {
  RecordingContext context;
  ByteVector message = stun_response();
  message[23] = 200;
  EXPECT_EQ(FlowDriver(kStun, kUdp, 3478, context).feed(true, message), Verdict::kNotMine);
  message = stun_response();
  message.push_back(0);
  EXPECT_EQ(FlowDriver(kStun, kUdp, 3478, context).feed(true, message), Verdict::kNotMine);
}

}  // namespace
}  // namespace netpulse
