#pragma once

#include <string>

#include "engine/base/time_text.h"
#include "engine/flow/flow_schema.h"
#include "engine/metrics/sinks.h"

namespace netpulse {

/// Turns flow records into CSV (RFC 4180: CRLF, quotation marks doubled) by the flow schema; null is an empty cell.
/// Text from the wire goes through printable(), and begins with ' where a spreadsheet would take it for a formula (=,
/// +, -,
/// @). Not shared between threads.
class FlowCsvWriter {
 public:
  /// names must outlive the writer.
  explicit FlowCsvWriter(const RunNames& names) : names_(names) {}

  /// The names of the columns.
  static std::string header();
  /// Appends one line.
  void append(const FinishedFlow& flow, std::string& out);

 private:
  void append_value(const ColumnValue& value, std::string& out);

  const RunNames& names_;
  UtcTimeWriter time_writer_;
  std::string scratch_;
};

/// One cell of text from anywhere.
void append_csv_text(std::string_view raw, std::string& out);

}  // namespace netpulse
