#include "engine/metrics/report_table.h"

#include <gtest/gtest.h>

namespace netpulse {
namespace {

constexpr ReportColumn kColumns[] = {{.name = "count"},
                                     {.name = "mean", .kind = ValueKind::kMilliseconds, .mean_over = 0},
                                     {.name = "max", .merge = ColumnMerge::kMaximum}};

ReportRow row(std::string_view address, std::int64_t count, std::int64_t sum, std::int64_t maximum) {
  ReportRow made;
  made.src_addr = *IpAddress::parse(address);
  made.values.fill(kNoValue);
  made.values[0] = count;
  made.values[1] = sum;
  made.values[2] = maximum;
  return made;
}

TEST(ReportTable, RowsOfAllWorkersAboutOneHostBecomeOne) {
  ReportTable table{{"s", "n", "Title", kColumns, RowSubject::kHost}, {}};
  table.rows = {row("10.0.0.2", 1, 7, 7), row("10.0.0.1", 2, 20, 15), row("10.0.0.2", 4, 13, 9),
                row("10.0.0.3", 0, 0, kNoValue), row("10.0.0.3", 0, 0, 3)};
  table.merge_and_sort();
  ASSERT_EQ(table.rows.size(), 3U);
  EXPECT_EQ(table.rows[0].src_addr.to_string(), "10.0.0.2");
  EXPECT_EQ(table.shown_value(table.rows[0], 0), 5);
  EXPECT_EQ(table.shown_value(table.rows[0], 1), 4);
  EXPECT_EQ(table.shown_value(table.rows[0], 2), 9);
  EXPECT_EQ(table.shown_value(table.rows[1], 1), 10);
  EXPECT_EQ(table.shown_value(table.rows[2], 1), kNoValue);  // a mean of nothing
  EXPECT_EQ(table.shown_value(table.rows[2], 2), 3);
}

TEST(ReportTable, RowsAboutStreamsStayApartInTheOrderOfTheirBegin) {
  ReportTable table{{"s", "n", "Title", kColumns, RowSubject::kStream}, {}};
  table.rows = {row("10.0.0.2", 1, 7, 7), row("10.0.0.2", 1, 7, 7), row("10.0.0.1", 2, 20, 15)};
  table.rows[0].begun_at = {5};
  table.rows[1].begun_at = {3};
  table.rows[2].begun_at = {4};
  table.merge_and_sort();
  ASSERT_EQ(table.rows.size(), 3U);
  EXPECT_EQ(table.rows[0].begun_at, Timestamp{3});
  EXPECT_EQ(table.rows[2].begun_at, Timestamp{5});
}

TEST(ReportRows, WithoutRoomTheFirstOrTheLatestStay) {
  for (const auto keep : {ReportRows::Keep::kFirst, ReportRows::Keep::kLatest}) {
    ReportRows rows(3, keep);
    for (std::int64_t i = 0; i < 8; ++i)
      EXPECT_EQ(rows.add(row("10.0.0.1", i, 0, 0)), i < 3 || keep == ReportRows::Keep::kLatest) << i;
    std::int64_t sum = 0;
    for (const ReportRow& kept : rows.rows()) sum += kept.values[0];
    EXPECT_EQ(rows.rows().size(), 3U);
    EXPECT_EQ(sum, keep == ReportRows::Keep::kFirst ? 0 + 1 + 2 : 5 + 6 + 7);
  }
}

}  // namespace
}  // namespace netpulse
