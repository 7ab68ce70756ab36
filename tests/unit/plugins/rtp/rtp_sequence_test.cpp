#include "plugins/rtp/rtp_sequence.h"

#include <gtest/gtest.h>

#include <initializer_list>
#include <random>

namespace netpulse {
namespace {

using Place = RtpSequence::Place;

RtpSequence after(std::initializer_list<int> numbers) {
  RtpSequence sequence;
  bool first = true;
  for (const int number : numbers) {
    if (first)
      sequence.begin(static_cast<std::uint16_t>(number));
    else
      sequence.add(static_cast<std::uint16_t>(number));
    first = false;
  }
  return sequence;
}

TEST(RtpSequence, ExpectsOneNumberAfterTheOther) {
  const RtpSequence sequence = after({7, 8, 9, 10});
  EXPECT_EQ(sequence.expected(), 4U);
  EXPECT_EQ(sequence.received(), 4U);
  EXPECT_EQ(sequence.lost(), 0);
}

TEST(RtpSequence, CountsWhatIsMissingAlsoAcrossTheWrap) {
  const RtpSequence sequence = after({65533, 65534, 1, 2, 5});
  EXPECT_EQ(sequence.expected(), 9U);
  EXPECT_EQ(sequence.lost(), 4);
  EXPECT_EQ(after({10, 10 + RtpSequence::kDropoutMax - 1}).lost(), RtpSequence::kDropoutMax - 2);
}

TEST(RtpSequence, WrapsManyTimes) {
  RtpSequence sequence;
  sequence.begin(0);
  for (std::uint32_t i = 1; i < 200'000; ++i)
    if (i % 10 != 0) sequence.add(static_cast<std::uint16_t>(i));
  EXPECT_EQ(sequence.expected(), 200'000U);
  EXPECT_EQ(sequence.lost(), 19'999);
  EXPECT_EQ(sequence.restarts(), 0U);
}

TEST(RtpSequence, TellsLatePacketsFromRepeatedOnes) {
  RtpSequence sequence;
  sequence.begin(100);
  EXPECT_EQ(sequence.add(102), Place::kAhead);
  EXPECT_EQ(sequence.add(101), Place::kLate);
  EXPECT_EQ(sequence.add(101), Place::kRepeated);
  EXPECT_EQ(sequence.add(102), Place::kRepeated);
  EXPECT_EQ(sequence.add(103), Place::kNext);
  EXPECT_EQ(sequence.reordered(), 1U);
  EXPECT_EQ(sequence.duplicates(), 2U);
  EXPECT_EQ(sequence.missing(), 0U);
  EXPECT_EQ(sequence.lost(), -2) << "RFC 3550 appendix A.3: duplicates make it negative";
}

TEST(RtpSequence, RemembersEveryNumberThatMayComeLate) {
  for (std::uint16_t back = 1; back <= RtpSequence::kMisorderMax; ++back) {
    RtpSequence sequence;
    sequence.begin(0);
    for (std::uint16_t i = 1; i <= 200; ++i)
      if (i != 200 - back) sequence.add(i);
    ASSERT_EQ(sequence.add(static_cast<std::uint16_t>(200 - back)), Place::kLate) << back;
    ASSERT_EQ(sequence.add(static_cast<std::uint16_t>(200 - back)), Place::kRepeated) << back;
    ASSERT_EQ(sequence.lost(), -1);
  }
}

TEST(RtpSequence, ForgetsNoneByALongStep) {
  for (const int step : {1, 63, 64, 65, 99}) {
    RtpSequence sequence;
    sequence.begin(1000);
    sequence.add(static_cast<std::uint16_t>(1000 + step));
    EXPECT_EQ(sequence.add(1000), Place::kRepeated) << step;
  }
}

TEST(RtpSequence, BeginsAnewOnlyAfterTwoInARow) {
  RtpSequence sequence = after({1, 2, 3});
  EXPECT_EQ(sequence.add(30'000), Place::kStray);
  EXPECT_EQ(sequence.add(4), Place::kNext);
  EXPECT_EQ(sequence.add(40'000), Place::kStray);
  EXPECT_EQ(sequence.add(50'000), Place::kStray);
  EXPECT_EQ(sequence.received(), 4U);
  EXPECT_EQ(sequence.strays(), 3U);
  EXPECT_EQ(sequence.add(50'001), Place::kRestart);
  EXPECT_EQ(sequence.add(50'003), Place::kAhead);
  EXPECT_EQ(sequence.restarts(), 1U);
  EXPECT_EQ(sequence.strays(), 2U);
  EXPECT_EQ(sequence.expected(), 8U);
  EXPECT_EQ(sequence.received(), 7U);
  EXPECT_EQ(sequence.lost(), 1);
}

TEST(RtpSequence, BeginsAnewAcrossTheWrap) {
  RtpSequence sequence = after({30'000, 65'535, 0});
  EXPECT_EQ(sequence.restarts(), 1U);
  EXPECT_EQ(sequence.expected(), 3U);
  EXPECT_EQ(sequence.lost(), 0);
}

TEST(RtpSequence, StaysConsistentWhateverComes) {
  std::mt19937 random(3550);
  RtpSequence sequence;
  sequence.begin(5);
  for (std::uint64_t i = 2; i < 500'000; ++i) {
    sequence.add(static_cast<std::uint16_t>(random()));
    ASSERT_EQ(sequence.received() + sequence.strays(), i);
    ASSERT_LE(sequence.missing(), sequence.expected());
    ASSERT_LE(sequence.expected(), std::uint64_t{65'536} * i);
  }
}

}  // namespace
}  // namespace netpulse
