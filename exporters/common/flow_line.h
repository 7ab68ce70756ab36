#pragma once

#include <string>
#include <vector>

#include "engine/base/time_text.h"
#include "engine/flow/flow_schema.h"
#include "engine/metrics/sinks.h"

namespace netpulse {

/// Turns flow records into JSON objects, one line each, by the flow schema. Text from the wire goes through printable()
/// and JSON escaping, so every line is valid UTF-8 JSON whatever was captured. Not shared between threads.
class FlowLineWriter {
 public:
  /// Copies what it needs of names.
  explicit FlowLineWriter(const RunNames& names);

  /// Appends one object and a line feed.
  void append(const FinishedFlow& flow, std::string& out);

 private:
  void append_value(const ColumnValue& value, std::string& out);
  void append_text(std::string_view raw, std::string& out);

  std::vector<std::string> applications_, categories_, protocols_, name_sources_;
  std::vector<bool> protocol_encrypted_;
  std::vector<std::string> keys_;  // {"flow_id": and ,"start_time": ..., by column
  UtcTimeWriter time_writer_;
  std::string scratch_;
};

}  // namespace netpulse
