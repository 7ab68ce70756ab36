#include <gtest/gtest.h>

#include "tests/unit/plugins/flow_driver.h"
#include "tests/unit/plugins/ntp/ntp_samples.h"

namespace netpulse {
namespace {

using namespace test;

constexpr AnalyzerEntry kNtp = make_analyzer_entry<Ntp>();

Verdict seen(const ByteVector& payload) {
  RecordingContext context;
  return FlowDriver(kNtp, 17, 123, context).feed(true, payload);
}

TEST(Ntp, RecognisesEveryVersionAndMode) {
  for (std::uint8_t version = 1; version <= 4; ++version)
    for (std::uint8_t mode = 1; mode <= 5; ++mode)
      EXPECT_EQ(seen(ntp_packet(static_cast<std::uint8_t>(version << 3 | mode), 3)), Verdict::kDone);
  EXPECT_EQ(seen(ntp_packet(0x24, 2, 68)), Verdict::kDone);  // with a message authentication code
  ByteVector sntp(48);
  sntp[0] = 0x1b;
  EXPECT_EQ(seen(sntp), Verdict::kDone);
}

TEST(Ntp, RecognisesControlMessagesByTheirLength) {
  ByteVector answer{0x16, 0x82, 0, 1, 0, 0, 0, 0, 0, 0, 0, 6, 'a', '=', '1', ',', 'b', '2', 0, 0};
  EXPECT_EQ(seen(answer), Verdict::kDone);
  answer[11] = 60;
  EXPECT_EQ(seen(answer), Verdict::kNotMine);
  EXPECT_EQ(seen({0x17, 0, 3, 42, 0, 0, 0, 0}), Verdict::kDone);  // monlist
  EXPECT_EQ(seen({0x17, 0, 3, 42, 0, 2, 0, 72}), Verdict::kNotMine);
}

TEST(Ntp, RefusesClocksThatCannotBe) {
  EXPECT_EQ(seen(ntp_packet(0x24, 17)), Verdict::kNotMine);
  EXPECT_EQ(seen(ntp_packet(0x2c, 2)), Verdict::kNotMine);  // version 5
  EXPECT_EQ(seen(ntp_packet(0x04, 2)), Verdict::kNotMine);  // version 0
  EXPECT_EQ(seen(ntp_packet(0x24, 2, 47)), Verdict::kNotMine);
  EXPECT_EQ(seen(ntp_packet(0x24, 2, 50)), Verdict::kNotMine);
  ByteVector far = ntp_packet(0x24, 2);
  far[4] = 9;
  EXPECT_EQ(seen(far), Verdict::kNotMine);
}

}  // namespace
}  // namespace netpulse
