#include "engine/metrics/report_table.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace netpulse {
namespace {

constexpr ReportColumn kColumns[] = {
    {.name = "count"}, {.name = "mean", .kind = ValueKind::kMilliseconds, .mean_over = 0}, {.name = "max"}};

ReportRow row(std::string_view address, std::int64_t count, std::int64_t sum, std::int64_t maximum) {
  ReportRow made;
  made.src_addr = *IpAddress::parse(address);
  made.values.fill(kNoValue);
  made.values[0] = count;
  made.values[1] = sum;
  made.values[2] = maximum;
  return made;
}

TEST(ReportTable, AMeanIsOverAnotherColumn) {
  const ReportTable table{{"s", "n", "Title", kColumns, RowSubject::kHost}, {}};
  EXPECT_EQ(table.shown_value(row("10.0.0.2", 5, 20, 9), 0), 5);
  EXPECT_EQ(table.shown_value(row("10.0.0.2", 5, 20, 9), 1), 4);
  EXPECT_EQ(table.shown_value(row("10.0.0.2", 0, 0, kNoValue), 1), kNoValue);  // a mean of nothing
  EXPECT_EQ(table.shown_value(row("10.0.0.2", 0, 0, kNoValue), 2), kNoValue);
}

TEST(ReportRows, OfAFileThoseThatBeginFirstStayInWhateverOrderAndByWhomTheyAreFound) {
  constexpr std::size_t kRowsMax = 20, kRows = 300;
  std::vector<ReportRow> rows;
  for (std::size_t i = 0; i < kRows; ++i) {
    rows.push_back(row("10.0.0.1", static_cast<std::int64_t>(i), 0, 0));
    rows.back().begun_at = {static_cast<std::int64_t>(i / 7)};  // some begin together
    rows.back().src_port = static_cast<std::uint16_t>(kRows - i);
  }
  std::vector<ReportRow> expected = rows;
  std::sort(expected.begin(), expected.end());
  expected.resize(kRowsMax);
  std::mt19937 random(1);
  for (const std::size_t workers : {1, 2, 3}) {
    std::shuffle(rows.begin(), rows.end(), random);
    std::vector<ReportRows> found;
    for (std::size_t i = 0; i < workers; ++i) found.emplace_back(kRowsMax, ReportRows::Keep::kFirst);
    for (std::size_t i = 0; i < kRows; ++i) found[i % workers].add(rows[i]);
    std::vector<ReportRow> all;
    std::uint64_t lost = 0;
    for (const ReportRows& part : found) {
      all.insert(all.end(), part.rows().begin(), part.rows().end());
      lost += part.lost();
      EXPECT_EQ(part.replaced(), 0U);
    }
    lost += keep_first_rows(all, kRowsMax);
    EXPECT_TRUE(all == expected) << workers;
    EXPECT_EQ(lost, kRows - kRowsMax);
  }
}

TEST(ReportRows, OfALiveRunTheLatestStayAndThoseThatMadeRoomAreCounted) {
  ReportRows rows(3, ReportRows::Keep::kLatest);
  for (std::int64_t i = 0; i < 8; ++i) rows.add(row("10.0.0.1", i, 0, 0));
  std::int64_t sum = 0;
  for (const ReportRow& kept : rows.rows()) sum += kept.values[0];
  EXPECT_EQ(rows.rows().size(), 3U);
  EXPECT_EQ(sum, 5 + 6 + 7);
  EXPECT_EQ(rows.replaced(), 5U);
  EXPECT_EQ(rows.lost(), 0U);
}

}  // namespace
}  // namespace netpulse
