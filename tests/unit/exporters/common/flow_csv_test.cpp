#include "exporters/common/flow_csv.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/unit/sample_flow.h"

namespace netpulse {
namespace {

std::string cell(std::string_view raw) {
  std::string text;
  append_csv_text(raw, text);
  return text;
}

TEST(FlowCsv, QuotesWhatNeedsIt) {
  EXPECT_EQ(cell("www.example.org"), "www.example.org");
  EXPECT_EQ(cell("a,b"), "\"a,b\"");
  EXPECT_EQ(cell("say \"hi\""), "\"say \"\"hi\"\"\"");
  EXPECT_EQ(cell(""), "");
}

TEST(FlowCsv, NothingIsAFormulaOrALineOfItsOwn) {
  EXPECT_EQ(cell("=cmd|' /C calc'!A0"), "'=cmd|' /C calc'!A0");
  EXPECT_EQ(cell("+1"), "'+1");
  EXPECT_EQ(cell("-1,2"), "\"'-1,2\"");
  EXPECT_EQ(cell("@sum"), "'@sum");
  EXPECT_EQ(cell("\t=1"), "\\x09=1");
  EXPECT_EQ(cell("a\r\nb"), "a\\x0d\\x0ab");
  EXPECT_EQ(cell("\xff"), "\\xff");
}

TEST(FlowCsv, HasACellForEachColumn) {
  const RunNames names = sample_names();
  FlowCsvWriter writer(names);
  std::string line;
  writer.append(sample_flow("a,\"b\""), line);
  const std::string header = FlowCsvWriter::header();
  EXPECT_TRUE(header.starts_with("flow_id,start_time,end_time,"));
  EXPECT_EQ(std::count(header.begin(), header.end(), ',') + 1, flow_columns().size());
  EXPECT_TRUE(line.starts_with("7,2024-05-01T12:00:00.000000001Z,2024-05-01T12:00:01.500000000Z,end_of_flow,4,6,"));
  EXPECT_NE(line.find(",\"a,\"\"b\"\"\","), std::string::npos);
  EXPECT_EQ(std::count(line.begin(), line.end(), ',') - 1, std::count(header.begin(), header.end(), ','));
  EXPECT_TRUE(line.ends_with("\r\n"));
}

}  // namespace
}  // namespace netpulse
