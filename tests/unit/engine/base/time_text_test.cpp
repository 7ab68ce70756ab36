#include "engine/base/time_text.h"

#include <gtest/gtest.h>

namespace netpulse {
namespace {

TEST(UtcText, WritesNanosecondsInUtc) {
  EXPECT_EQ(utc_text({1'714'564'800'000'000'001}), "2024-05-01T12:00:00.000000001Z");
  EXPECT_EQ(utc_text({951'782'399'999'999'999}), "2000-02-28T23:59:59.999999999Z");
  EXPECT_EQ(utc_text({951'782'400'000'000'000}), "2000-02-29T00:00:00.000000000Z");
}

TEST(UtcText, WritesTimesBeforeTheEpochAndAtTheEndsOfTheRange) {
  EXPECT_EQ(utc_text({-1}), "1969-12-31T23:59:59.999999999Z");
  EXPECT_EQ(utc_text({INT64_MIN}), "1677-09-21T00:12:43.145224192Z");
  EXPECT_EQ(utc_text({INT64_MAX}), "2262-04-11T23:47:16.854775807Z");
}

TEST(UtcText, AWriterReusedForOtherSecondsGivesTheSameAsAFreshOne) {
  UtcTimeWriter writer;
  for (const std::int64_t time : {5'000'000'001L, 5'999'999'999L, 6'000'000'000L, 5'000'000'000L, 0L}) {
    std::string text;
    writer.append({time}, text);
    EXPECT_EQ(text, utc_text({time}));
  }
}

TEST(ParseUtc, ReadsWhatIsWritten) {
  for (const std::int64_t nanoseconds : {std::int64_t{1}, std::int64_t{1'714'564'800'123'456'789},
                                         std::int64_t{951'782'400'000'000'000}, std::int64_t{-1}}) {
    const auto read = parse_utc(utc_text({nanoseconds}));
    ASSERT_TRUE(read.has_value());
    EXPECT_EQ(read->nanoseconds, nanoseconds);
  }
}

TEST(ParseUtc, AFractionAndTheTimeOfDayMayBeMissing) {
  const auto noon = parse_utc("2024-05-01T12:00:00Z");
  ASSERT_TRUE(noon.has_value());
  EXPECT_EQ(noon->nanoseconds, 1'714'564'800'000'000'000);
  EXPECT_EQ(parse_utc("2024-05-01"), *noon - Duration::from_seconds(12 * 3600));
  EXPECT_EQ(parse_utc("2024-05-01 12:00:00.25+00:00"), *noon + Duration::from_milliseconds(250));
}

TEST(ParseUtc, RefusesWhatIsNoTime) {
  for (const char* text :
       {"", "now", "2024", "2024-02-30", "2024-13-01", "2024-05-01T", "2024-05-01T12:00", "2024-05-01T24:00:00Z",
        "2024-05-01T12:60:00Z", "2024-05-01T12:00:00", "2024-05-01T12:00:00.Z", "2024-05-01T12:00:00+02:00",
        "2024-05-01T12:00:00.1234567890Z", "2024/05/01", "2300-01-01", "+024-05-01"})
    EXPECT_FALSE(parse_utc(text).has_value()) << text;
}

}  // namespace
}  // namespace netpulse
