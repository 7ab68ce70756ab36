#include "engine/flow/flow_directions.h"

#include <algorithm>

namespace netpulse {
namespace {

/// RFC 5771 (224.0.0.0/4), RFC 919 section 7 (255.255.255.255), RFC 4291 section 2.7 (ff00::/8). The broadcast address
/// of a subnet cannot be told from a host's.
bool goes_to_many(const IpAddress& address, std::uint8_t ip_version) noexcept {
  if (ip_version == 6) return address.octets[0] == 0xff;
  return address.octets[12] >> 4 == 0xe || std::all_of(address.octets.begin() + 12, address.octets.end(),
                                                       [](std::uint8_t octet) { return octet == 0xff; });
}

}  // namespace

const char* flow_directions_name(FlowDirections directions) noexcept {
  switch (directions) {
    case FlowDirections::kBoth:
      return "both";
    case FlowDirections::kOneWay:
      return "one_way";
    case FlowDirections::kMulticast:
      return "multicast";
    case FlowDirections::kCount:
      break;
  }
  return "unknown";
}

FlowDirections directions_seen(const FlowRecord& record) noexcept {
  if (record.is(FlowRecord::kFlagAnswered) || (record.packets[0] != 0 && record.packets[1] != 0))
    return FlowDirections::kBoth;
  const bool to_hi = record.forward() == Direction::kLoToHi;
  const bool many = goes_to_many(to_hi ? record.key.hi_addr : record.key.lo_addr, record.key.ip_version);
  return many ? FlowDirections::kMulticast : FlowDirections::kOneWay;
}

const char* flow_protocol_name(FlowProtocol protocol) noexcept {
  switch (protocol) {
    case FlowProtocol::kTcp:
      return "tcp";
    case FlowProtocol::kUdp:
      return "udp";
    case FlowProtocol::kOther:
    case FlowProtocol::kCount:
      break;
  }
  return "other";
}

FlowProtocol flow_protocol(const FlowRecord& record) noexcept {
  constexpr std::uint8_t kTcp = 6, kUdp = 17;
  if (record.key.protocol == kTcp) return FlowProtocol::kTcp;
  return record.key.protocol == kUdp ? FlowProtocol::kUdp : FlowProtocol::kOther;
}

}  // namespace netpulse
