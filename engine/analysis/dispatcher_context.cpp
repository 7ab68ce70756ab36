// What analyzers may do besides reading their packet: AnalyzerContext, for the packet in hand.
#include "engine/analysis/dispatcher.h"

#include <algorithm>

namespace netpulse {

FlowDetail& Dispatcher::detail() noexcept {
  FlowDetail* found = table_->detail(*record_);
  if (found != nullptr) return *found;
  scratch_detail_ = FlowDetail{};
  return scratch_detail_;
}

void Dispatcher::set_server_name(std::string_view name) noexcept {
  FlowDetail& found = detail();
  if (name.empty()) return;
  if (found.name_source < kNameSourceCertificate && !table_->server_name(found).empty()) return;
  name_flow(found, name, record_->protocol_id);
}

void Dispatcher::suggest_server_name(std::string_view name) noexcept {
  FlowDetail& found = detail();
  if (!name.empty() && table_->server_name(found).empty()) name_flow(found, name, kNameSourceCertificate);
}

void Dispatcher::name_flow(FlowDetail& found, std::string_view name, std::uint8_t source) noexcept {
  named_ = true;  // decided when it is clear that the flow is not handed over
  if (&found == &scratch_detail_) return;
  InlineText<255> lower;
  lower.assign(name);
  for (std::size_t i = 0; i < lower.size; ++i) {
    char& c = lower.data[i];
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  }
  table_->set_server_name(found, lower.view());
  found.name_source = source;
}

void Dispatcher::set_attribute(FlowAttribute kind, std::string_view text) noexcept {
  if (text.empty() || muted_) return;
  if (FlowDetail* found = table_->detail(*record_); found != nullptr) table_->set_attribute(*found, kind, text);
}

void Dispatcher::set_number(FlowNumber kind, Direction sender, std::int64_t value) noexcept {
  if (muted_) return;
  if (FlowDetail* found = table_->detail(*record_); found != nullptr) table_->set_number(*found, kind, sender, value);
}

void Dispatcher::observe_name(std::size_t list_index, std::string_view name) noexcept {
  if (name_sets_.empty() || muted_ || name.empty()) return;
  name_sets_[plan_.name_list(protocol_in_hand_, list_index)].insert(name);
}

void Dispatcher::learn_address(const IpAddress& client, const IpAddress& address, std::string_view name,
                               std::uint32_t ttl_seconds) noexcept {
  if (!packet_teaches()) return;
  // A host that asks over IPv4 for an IPv6 address uses it from an address of its own that is not known here.
  const IpAddress scope = client.is_v4_mapped() == address.is_v4_mapped() ? client : IpAddress{};
  names_.learn(scope, address, name, ttl_seconds, packet_->received_at);
  if (listener_ != nullptr) listener_->on_name(scope, address, name, ttl_seconds);
}

void Dispatcher::expect_flow(std::size_t expected_index, const IpAddress& address, std::uint16_t port,
                             const ExpectationNote& note) noexcept {
  if (!packet_teaches()) return;
  const ExpectedFlow expected{address, port, plan_.expected(protocol_in_hand_, expected_index), note};
  if (!expectations_.add(expected, packet_->received_at) && !muted_)
    ++metrics_.losses[static_cast<std::size_t>(LossReason::kExpectationsFull)];
  if (listener_ != nullptr) listener_->on_expectation(expected);
}

const ExpectationNote* Dispatcher::expectation(const IpAddress& address, std::uint16_t port) noexcept {
  const ExpectedFlow* expected = expectations_.find(address, port, packet_->received_at);
  return expected != nullptr && expected->protocol == protocol_in_hand_ ? &expected->note : nullptr;
}

void Dispatcher::add_row(std::size_t table_index, Direction sender, Timestamp begun_at,
                         std::span<const std::int64_t> values) noexcept {
  if (muted_ || !rows_.has_value()) return;
  const FlowKey& key = record_->key;
  const bool from_lo = sender == Direction::kLoToHi;
  ReportRow row;
  row.begun_at = begun_at;
  row.src_addr = from_lo ? key.lo_addr : key.hi_addr;
  row.dst_addr = from_lo ? key.hi_addr : key.lo_addr;
  row.src_port = from_lo ? key.lo_port : key.hi_port;
  row.dst_port = from_lo ? key.hi_port : key.lo_port;
  fill_row(table_index, row, values);
  rows_->add(row);
}

void Dispatcher::add_host_row(std::size_t table_index, const IpAddress& host,
                              std::span<const std::int64_t> values) noexcept {
  ReportRow row;
  row.src_addr = host;
  fill_row(table_index, row, values);
  host_rows_.push_back(row);
}

void Dispatcher::fill_row(std::size_t table_index, ReportRow& row, std::span<const std::int64_t> values) noexcept {
  row.table = static_cast<std::uint16_t>(plan_.table(protocol_in_hand_, table_index));
  row.values.fill(kNoValue);
  std::copy_n(values.begin(), std::min(values.size(), kReportColumnsMax), row.values.begin());
}

void Dispatcher::count(std::size_t counter_index, std::uint64_t increment) noexcept {
  if (!muted_) metrics_.plugin_counters[plan_.counter_base(protocol_in_hand_) + counter_index] += increment;
}

void Dispatcher::observe_latency(std::size_t histogram_index, Duration latency) noexcept {
  if (!muted_) metrics_.plugin_histograms[plan_.histogram_base(protocol_in_hand_) + histogram_index].observe(latency);
}

void Dispatcher::observe_value(std::size_t histogram_index, double value) noexcept {
  if (muted_) return;
  const std::size_t index = plan_.histogram_base(protocol_in_hand_) + histogram_index;
  metrics_.plugin_histograms[index].observe_value(value, plan_.histograms()[index].bounds);
}

}  // namespace netpulse
