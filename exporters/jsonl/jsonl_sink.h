#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "engine/base/result.h"
#include "engine/metrics/sinks.h"
#include "exporters/common/flow_line.h"

namespace netpulse {

/// Writes flow records as JSON lines to a file or to standard output.
/// A write that fails costs the records of one buffer, which are counted as dropped; a file is cut back to its last
/// whole line and tried again with the next buffer, so it goes on when the disk has room again. A closed pipe stays
/// closed. The process must ignore SIGPIPE.
class JsonlSink final : public FlowSink {
 public:
  /// path: created or truncated, mode 0640; "-": standard output.
  static Result<std::unique_ptr<JsonlSink>> open(const std::string& path, const RunNames& names);
  ~JsonlSink() override;
  JsonlSink(const JsonlSink&) = delete;
  JsonlSink& operator=(const JsonlSink&) = delete;

  void write(std::span<const FinishedFlow* const> flows) override;
  void flush() override;
  ExporterCounters counters() const override { return counters_; }
  std::string_view name() const override { return "jsonl"; }
  std::string error() const override;

 private:
  JsonlSink(int descriptor, bool owned, bool regular_file, std::string path, const RunNames& names);
  void write_buffer();
  bool write_all();
  void recover();

  int descriptor_;
  bool owned_, regular_file_;
  bool closed_for_good_ = false;
  std::string path_;
  FlowLineWriter lines_;
  std::string buffer_;
  std::uint64_t buffered_records_ = 0;
  std::int64_t good_bytes_ = 0;  // length of the file up to its last whole line
  ExporterCounters counters_;
  int first_error_ = 0;
};

}  // namespace netpulse
