#include "exporters/common/flow_line.h"

#include <algorithm>
#include <cmath>

#include "engine/base/text.h"
#include "exporters/common/number_text.h"

namespace netpulse {
namespace {

void append_v4(const std::uint8_t* octets, std::string& out) {
  for (int i = 0; i < 4; ++i) {
    if (i != 0) out += '.';
    append_number(static_cast<unsigned>(octets[i]), out);
  }
}

bool plain(std::string_view text) noexcept {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~' && c != '"' && c != '\\'; });
}

}  // namespace

FlowLineWriter::FlowLineWriter(const RunNames& names)
    : applications_(names.applications),
      categories_(names.categories),
      protocols_(names.protocols),
      name_sources_(names.name_sources),
      protocol_encrypted_(names.protocol_encrypted) {
  for (const Column& column : flow_columns())
    keys_.push_back((keys_.empty() ? "{\"" : ",\"") + std::string(column.name) + "\":");
}

void FlowLineWriter::append(const FinishedFlow& flow, std::string& out) {
  const SchemaNames names{applications_, categories_, protocols_, name_sources_, &protocol_encrypted_};
  const auto columns = flow_columns();
  for (std::size_t i = 0; i < columns.size(); ++i) {
    out += keys_[i];
    append_value(columns[i].get(flow, names, scratch_), out);
  }
  out += "}\n";
}

void FlowLineWriter::append_value(const ColumnValue& value, std::string& out) {
  if (const auto* number = std::get_if<std::uint64_t>(&value)) {
    append_number(*number, out);
  } else if (const auto* text = std::get_if<TextValue>(&value)) {
    append_text(text->raw, out);
  } else if (const auto* time = std::get_if<Timestamp>(&value)) {
    out += '"';
    time_writer_.append(*time, out);
    out += '"';
  } else if (const auto* address = std::get_if<IpAddress>(&value)) {
    out += '"';
    if (address->is_v4_mapped())
      append_v4(address->octets.data() + 12, out);
    else
      out += address->to_string();
    out += '"';
  } else if (const auto* flag = std::get_if<bool>(&value)) {
    out += *flag ? "true" : "false";
  } else if (const auto* real = std::get_if<double>(&value); real != nullptr && std::isfinite(*real)) {
    append_number(*real, out);
  } else {
    out += "null";
  }
}

void FlowLineWriter::append_text(std::string_view raw, std::string& out) {
  out += '"';
  if (plain(raw)) {
    out += raw;
  } else {
    // No control byte is left after printable(), so these two are all that RFC 8259 section 7 asks to be escaped.
    for (const char c : printable(raw)) {
      if (c == '"' || c == '\\') out += '\\';
      out += c;
    }
  }
  out += '"';
}

}  // namespace netpulse
