#include "tools/netpulse/flow_selection.h"

#include <algorithm>
#include <utility>

#include "engine/base/text.h"
#include "tools/netpulse/table.h"

namespace netpulse {
namespace {

std::string endpoint(const FlowRecord& record, bool lo) {
  const IpAddress& address = lo ? record.key.lo_addr : record.key.hi_addr;
  const std::uint16_t port = lo ? record.key.lo_port : record.key.hi_port;
  if (port == 0) return address.to_string();
  const std::string text = address.is_v4_mapped() ? address.to_string() : "[" + address.to_string() + "]";
  return text + ":" + std::to_string(port);
}

bool larger(const SelectedFlow& a, const SelectedFlow& b) {
  return a.bytes != b.bytes ? a.bytes > b.bytes : a.flow_id < b.flow_id;
}

constexpr const char* kLanguage = R"(A filter of flow records (netpulse read --filter): fields, compared and combined.

  tls.sni contains "example"                 text; upper and lower case are the same
  tls.sni ~ "^(www|api)\."                   a regular expression
  ip.addr == 192.0.2.0/24 && !dns            an address or a network; a protocol stands alone
  tcp.port in {443, 8000..8999} or quic      sets, ranges
  bytes > 1.5M && rtt > 100ms                units: k M G T Ki Mi Gi; ns us ms s min h
  start_time >= "2024-05-01T12:00:00Z"       times in UTC
  user_agent                                 alone: the flow has it

== != < <= > >= (eq ne lt le gt ge), contains, ~ (matches), in, && || ! (and or not), parentheses. A field may have two
values (ip.addr): == is true if either is equal, != if there is one and none is.

Protocols that stand alone: )";

}  // namespace

SchemaNames schema_names(const RunNames& names) {
  return {names.applications, names.categories, names.protocols, names.name_sources, &names.protocol_encrypted};
}

std::string filter_help(std::span<const std::string> protocols) {
  const FlowVocabulary vocabulary(protocols);
  std::string text = kLanguage;
  std::string list;
  for (const std::string& name : vocabulary.protocols()) list += (list.empty() ? "" : ", ") + name;
  constexpr std::size_t kColumns = 116;
  bool first = true;
  for (const std::string& line : wrapped(list, kColumns)) {
    text += (first ? "\n  " : "  ") + line + "\n";
    first = false;
  }
  text += "\n";
  constexpr std::size_t kNameColumns = 32, kTypeColumns = 22;
  const auto padded = [](std::string cell, std::size_t columns) {
    return cell.append(columns > cell.size() ? columns - cell.size() : 1, ' ');
  };
  for (const FilterField& field : vocabulary.fields()) {
    const bool has_unit = field.type == FilterType::kNumber && !field.unit.empty();
    text += "  " + padded(field.name, kNameColumns) +
            padded(filter_type_name(field.type) + (has_unit ? " of " + field.unit : std::string()), kTypeColumns) +
            field.description + "\n";
  }
  return text;
}

FlowSelection::FlowSelection(std::string expression, FlowFilter filter, const RunNames& names)
    : filter_(std::move(filter)), names_(names) {
  summary_.expression = std::move(expression);
}

void FlowSelection::write(std::span<const FinishedFlow* const> flows) {
  for (const FinishedFlow* flow : flows) {
    if (!filter_.matches(*flow)) {
      ++summary_.others;
      continue;
    }
    ++summary_.records;
    const FlowRecord& record = flow->record;
    // A record that continues one cut by the active timeout is not a new flow.
    summary_.traffic += {record.packets_total(), record.bytes_total(), record.is(FlowRecord::kFlagContinued) ? 0U : 1U};
    keep(*flow);
  }
}

void FlowSelection::keep(const FinishedFlow& flow) {
  const FlowRecord& record = flow.record;
  std::vector<SelectedFlow>& largest = summary_.largest;
  SelectedFlow row{.flow_id = record.flow_id, .packets = record.packets_total(), .bytes = record.bytes_total()};
  if (largest.size() == SelectionSummary::kLargestMax && !larger(row, largest.back())) return;
  const bool from_lo = record.forward() == Direction::kLoToHi;
  row.source = endpoint(record, from_lo);
  row.destination = endpoint(record, !from_lo);
  row.application = names_.applications[record.application];
  row.name = printable(flow.server_name());
  if (largest.size() == SelectionSummary::kLargestMax) largest.pop_back();
  largest.insert(std::upper_bound(largest.begin(), largest.end(), row, larger), std::move(row));
}

void SelectingSink::write(std::span<const FinishedFlow* const> flows) {
  selected_.clear();
  std::copy_if(flows.begin(), flows.end(), std::back_inserter(selected_),
               [this](const FinishedFlow* flow) { return filter_.matches(*flow); });
  if (!selected_.empty()) sink_->write(selected_);
}

}  // namespace netpulse
