#include "plugins/common/rtp_announcement.h"

#include <gtest/gtest.h>

namespace netpulse {
namespace {

TEST(RtpAnnouncement, TellsTheClockOfEachType) {
  ExpectationNote note{};
  EXPECT_TRUE(RtpAnnouncement::add(note, 0, 8000));
  EXPECT_TRUE(RtpAnnouncement::add(note, 111, 48000));
  EXPECT_TRUE(RtpAnnouncement::add(note, 101, 0));
  EXPECT_EQ(RtpAnnouncement::clock_hz(note, 0), 8000U);
  EXPECT_EQ(RtpAnnouncement::clock_hz(note, 111), 48000U);
  EXPECT_EQ(RtpAnnouncement::clock_hz(note, 101), 0U);
  EXPECT_FALSE(RtpAnnouncement::clock_hz(note, 96).has_value());
}

TEST(RtpAnnouncement, IsBoundedAndTakesNoOddClock) {
  ExpectationNote note{};
  EXPECT_FALSE(RtpAnnouncement::add(note, 96, 12345));
  EXPECT_FALSE(RtpAnnouncement::clock_hz(note, 96).has_value());
  for (std::uint8_t type = 96; type < 96 + RtpAnnouncement::kTypesMax; ++type)
    EXPECT_TRUE(RtpAnnouncement::add(note, type, 90000));
  EXPECT_FALSE(RtpAnnouncement::add(note, 127, 90000));
  EXPECT_EQ(RtpAnnouncement::clock_hz(note, 111), 90000U);
  note.fill(0xff);
  EXPECT_EQ(RtpAnnouncement::clock_hz(note, 127), 0U) << "a code that stands for nothing";
}

}  // namespace
}  // namespace netpulse
