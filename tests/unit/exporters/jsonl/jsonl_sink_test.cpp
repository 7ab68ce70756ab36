#include "exporters/jsonl/jsonl_sink.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "engine/base/text.h"
#include "tests/unit/sample_flow.h"

namespace netpulse {
namespace {

using nlohmann::json;

std::string line_of(const FinishedFlow& flow) {
  FlowLineWriter writer(sample_names());
  std::string line;
  writer.append(flow, line);
  return line;
}

std::string read_file(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

TEST(FlowLine, HoldsEveryColumnOnceInOneLine) {
  const std::string line = line_of(sample_flow());
  EXPECT_EQ(std::count(line.begin(), line.end(), '\n'), 1);
  EXPECT_EQ(line.back(), '\n');
  const json object = json::parse(line);
  EXPECT_EQ(object.size(), flow_columns().size());
  for (const Column& column : flow_columns()) EXPECT_TRUE(object.contains(column.name)) << column.name;
}

TEST(FlowLine, WritesValuesInTheirJsonTypes) {
  const json object = json::parse(line_of(sample_flow()));
  EXPECT_EQ(object["flow_id"], 7);
  EXPECT_EQ(object["start_time"], "2024-05-01T12:00:00.000000001Z");
  EXPECT_EQ(object["src_addr"], "10.0.0.20");
  EXPECT_EQ(object["dst_bytes"], 2000);
  EXPECT_EQ(object["encrypted"], true);
  EXPECT_EQ(object["server_name"], "www.example.org");
  EXPECT_TRUE(object["vlan_id"].is_null());
  EXPECT_TRUE(object["src_country"].is_null());
}

TEST(FlowLine, HostileNamesStayValidJsonAndReadBackAsShown) {
  const std::string hostile[] = {"\"\n\\{}=",
                                 "<img src=x onerror=alert(1)>",
                                 "');DROP TABLE flows;--",
                                 "../../etc/passwd",
                                 "\xe2\x80\xae"
                                 "evil",
                                 "\x1b[31mred",
                                 std::string(255, '\xff'),
                                 std::string("nul\0inside", 10),
                                 "\xed\xa0\x80surrogate",
                                 "m\xc3\xbcnchen.example"};
  for (const std::string& name : hostile) {
    const std::string line = line_of(sample_flow(name));
    EXPECT_EQ(std::count(line.begin(), line.end(), '\n'), 1);
    const json object = json::parse(line);
    EXPECT_EQ(object["server_name"], printable(name));
    for (const char c : object["server_name"].get<std::string>()) EXPECT_FALSE(c >= 0 && c < ' ');
  }
}

class JsonlSinkFile : public testing::Test {
 protected:
  JsonlSinkFile() : path_(testing::TempDir() + "jsonl_sink_test." + std::to_string(::getpid())) {
    std::signal(SIGPIPE, SIG_IGN);
  }
  ~JsonlSinkFile() override { ::unlink(path_.c_str()); }

  void write(JsonlSink& sink, int count) {
    const FinishedFlow flow = sample_flow();
    const FinishedFlow* pointer = &flow;
    for (int i = 0; i < count; ++i) sink.write({&pointer, 1});
  }

  std::string path_;
};

TEST_F(JsonlSinkFile, WritesEveryRecordAndCountsIt) {
  auto sink = JsonlSink::open(path_, sample_names());
  ASSERT_TRUE(sink.ok());
  write(*sink.value(), 1000);
  sink.value()->flush();
  EXPECT_EQ(sink.value()->counters().records, 1000);
  EXPECT_EQ(sink.value()->counters().dropped_records, 0);
  EXPECT_EQ(sink.value()->error(), "");
  const std::string text = read_file(path_);
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1000);
}

TEST_F(JsonlSinkFile, SaysWhichFileCannotBeOpened) {
  const auto sink = JsonlSink::open("/nonexistent/flows.jsonl", sample_names());
  ASSERT_FALSE(sink.ok());
  EXPECT_NE(sink.error().message.find("/nonexistent/flows.jsonl: No such file or directory"), std::string::npos);
}

TEST_F(JsonlSinkFile, AFullDiskCostsRecordsThatAreCounted) {
  auto sink = JsonlSink::open("/dev/full", sample_names());
  ASSERT_TRUE(sink.ok());
  write(*sink.value(), 700);
  sink.value()->flush();
  EXPECT_EQ(sink.value()->counters().records, 0);
  EXPECT_EQ(sink.value()->counters().dropped_records, 700);
  EXPECT_NE(sink.value()->error().find("No space left on device; 700 records"), std::string::npos);
}

TEST_F(JsonlSinkFile, AFileThatWasFullIsCutToItsLastWholeLineAndGoesOnWhenThereIsRoom) {
  auto sink = JsonlSink::open(path_, sample_names());
  ASSERT_TRUE(sink.ok());
  write(*sink.value(), 10);
  sink.value()->flush();
  // A limit on the file's size fails in the middle of the next buffer, as a full disk does.
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  ::getrlimit(RLIMIT_FSIZE, &before);
  const rlimit tight{read_file(path_).size() + 1500, before.rlim_max};
  ::setrlimit(RLIMIT_FSIZE, &tight);
  write(*sink.value(), 20);
  sink.value()->flush();
  ::setrlimit(RLIMIT_FSIZE, &before);
  write(*sink.value(), 5);
  sink.value()->flush();
  EXPECT_EQ(sink.value()->counters().records, 15);
  EXPECT_EQ(sink.value()->counters().dropped_records, 20);
  std::istringstream lines(read_file(path_));
  int count = 0;
  for (std::string line; std::getline(lines, line); ++count) EXPECT_TRUE(json::accept(line));
  EXPECT_EQ(count, 15);
}

}  // namespace
}  // namespace netpulse
