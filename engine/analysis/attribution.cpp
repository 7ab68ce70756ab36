#include "engine/analysis/attribution.h"

namespace netpulse {
namespace {

constexpr std::uint8_t kTcp = 6, kUdp = 17, kSctp = 132;

}  // namespace

void Attribution::decide(FlowRecord& record, FlowDetail* detail) noexcept {
  if (record.application == 0 || record.application_source < ApplicationSource::kDnsAnswer) {
    std::string_view name = detail == nullptr ? std::string_view{} : table_->server_name(*detail);
    if (!name.empty()) {
      if (name.ends_with('.')) name.remove_suffix(1);  // a fully qualified name is the same name
      if (const ApplicationId named = matcher_.match(name); named != 0)
        rename(record, detail, named,
               detail->name_source == kNameSourceDnsAnswer ? ApplicationSource::kDnsAnswer
                                                           : ApplicationSource::kServerName);
    }
    if (record.application == 0) decide_without_name(record, detail);
  }
  if (record.is(FlowRecord::kFlagAccounted) || record.is(FlowRecord::kFlagShadow)) return;
  record.flags |= FlowRecord::kFlagAccounted;
  record.accounted_protocol = record.protocol_id;
  count_all(record);
}

void Attribution::count_all(const FlowRecord& record) noexcept {
  const ApplicationId application = accounted_application(record);
  const ProtocolId protocol = record.accounted_protocol;
  windows_.touch(application);
  for (const Direction direction : {Direction::kLoToHi, Direction::kHiToLo}) {
    const auto sender = static_cast<std::size_t>(direction);
    if (record.packets[sender] == 0) continue;
    const TrafficDirection way = record.way(direction);
    const TrafficAmount amount{record.packets[sender], record.bytes[sender]};
    metrics_.applications[application].of(way) += amount;
    metrics_.protocols[protocol].of(way) += amount;
    metrics_.undecided.of(way) -= amount;
  }
  ++metrics_.application_flows[application];
  ++metrics_.protocol_flows[protocol];
  // What came in other seconds was in their windows, as unknown; it does not belong into this one.
  if ((record.analysis_flags & kOtherSeconds) != 0 || !windows_.holds(record.start_time))
    windows_.leave_out(application, protocol, {record.packets_total(), record.bytes_total()});
}

void Attribution::publish_gauges() noexcept {
  metrics_.encrypted_bytes = metrics_.cleartext_bytes = 0;
  for (std::size_t protocol = 1; protocol < kProtocolsMax; ++protocol)
    if (const std::uint64_t bytes = metrics_.protocols[protocol].total().bytes; bytes != 0)
      (plan_.encrypted(static_cast<ProtocolId>(protocol)) ? metrics_.encrypted_bytes : metrics_.cleartext_bytes) +=
          bytes;
}

bool Attribution::rename(FlowRecord& record, FlowDetail* detail, ApplicationId application,
                         ApplicationSource source) noexcept {
  if (record.is(FlowRecord::kFlagAccounted) && !record.is(FlowRecord::kFlagRenamed) &&
      application != record.application) {
    if (detail == nullptr) detail = table_->detail(record);
    if (detail == nullptr) return false;
    detail->accounted_application = record.application;
    record.flags |= FlowRecord::kFlagRenamed;
  }
  record.application = application;
  record.application_source = source;
  return true;
}

void Attribution::decide_without_name(FlowRecord& record, FlowDetail* detail) noexcept {
  const bool responder_is_hi = !record.is(FlowRecord::kFlagInitiatorIsHi);
  const FlowKey& key = record.key;
  const auto conclude_from = [&](ApplicationId application, ApplicationSource source) {
    return application != 0 && rename(record, detail, application, source);
  };
  if ((record.analysis_flags & kAddressesAsked) == 0) {
    record.analysis_flags |= kAddressesAsked;
    const IpAddress& responder = responder_is_hi ? key.hi_addr : key.lo_addr;
    const IpAddress& initiator = responder_is_hi ? key.lo_addr : key.hi_addr;
    if (conclude_from(plan_.catalogue().by_address(responder), ApplicationSource::kAddress) ||
        conclude_from(plan_.catalogue().by_address(initiator), ApplicationSource::kAddress))
      return;
  }
  const std::uint16_t responder = responder_is_hi ? key.hi_port : key.lo_port;
  const std::uint16_t initiator = responder_is_hi ? key.lo_port : key.hi_port;
  if (conclude_from(plan_.application_of(record.protocol_id, responder, initiator), ApplicationSource::kProtocol))
    return;
  // A rule for all of ICMP is found by any port.
  const bool has_ports = key.protocol == kTcp || key.protocol == kUdp || key.protocol == kSctp;
  const ApplicationSource source = has_ports ? ApplicationSource::kPort : ApplicationSource::kProtocol;
  if (conclude_from(plan_.application_of_port(key.protocol, responder), source)) return;
  conclude_from(plan_.application_of_port(key.protocol, initiator), source);
}

}  // namespace netpulse
