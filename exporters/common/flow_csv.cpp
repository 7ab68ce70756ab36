#include "exporters/common/flow_csv.h"

#include <cmath>

#include "engine/base/text.h"
#include "exporters/common/number_text.h"

namespace netpulse {

void append_csv_text(std::string_view raw, std::string& out) {
  std::string text = printable(raw);
  // OWASP: CSV Injection. Tab and carriage return, which do the same, are not printable.
  constexpr std::string_view kFormulaBegins = "=+-@";
  if (!text.empty() && kFormulaBegins.find(text.front()) != std::string_view::npos) text.insert(text.begin(), '\'');
  if (text.find_first_of("\",") == std::string::npos) {
    out += text;
    return;
  }
  out += '"';
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
}

std::string FlowCsvWriter::header() {
  std::string line;
  for (const Column& column : flow_columns()) {
    if (!line.empty()) line += ',';
    line += column.name;
  }
  return line + "\r\n";
}

void FlowCsvWriter::append(const FinishedFlow& flow, std::string& out) {
  const SchemaNames names{names_.applications, names_.categories, names_.protocols, names_.name_sources,
                          &names_.protocol_encrypted};
  bool first = true;
  for (const Column& column : flow_columns()) {
    if (!first) out += ',';
    first = false;
    append_value(column.get(flow, names, scratch_), out);
  }
  out += "\r\n";
}

void FlowCsvWriter::append_value(const ColumnValue& value, std::string& out) {
  if (const auto* number = std::get_if<std::uint64_t>(&value)) {
    append_number(*number, out);
  } else if (const auto* text = std::get_if<TextValue>(&value)) {
    append_csv_text(text->raw, out);
  } else if (const auto* time = std::get_if<Timestamp>(&value)) {
    time_writer_.append(*time, out);
  } else if (const auto* address = std::get_if<IpAddress>(&value)) {
    out += address->to_string();
  } else if (const auto* flag = std::get_if<bool>(&value)) {
    out += *flag ? "true" : "false";
  } else if (const auto* real = std::get_if<double>(&value); real != nullptr && std::isfinite(*real)) {
    append_number(*real, out);
  }
}

}  // namespace netpulse
