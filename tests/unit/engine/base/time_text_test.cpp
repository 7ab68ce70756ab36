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

}  // namespace
}  // namespace netpulse
