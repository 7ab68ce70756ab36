#include "engine/packet/layer_names.h"

namespace netpulse {

const char* network_layer_name(NetworkLayer layer) noexcept {
  switch (layer) {
    case NetworkLayer::kIpv4:
      return "ipv4";
    case NetworkLayer::kIpv6:
      return "ipv6";
    case NetworkLayer::kArp:
      return "arp";
    case NetworkLayer::kOther:
      break;
  }
  return "other";
}

const char* transport_layer_name(TransportLayer layer) noexcept {
  switch (layer) {
    case TransportLayer::kTcp:
      return "tcp";
    case TransportLayer::kUdp:
      return "udp";
    case TransportLayer::kIcmp:
      return "icmp";
    case TransportLayer::kIcmpv6:
      return "icmpv6";
    case TransportLayer::kSctp:
      return "sctp";
    case TransportLayer::kIgmp:
      return "igmp";
    case TransportLayer::kEsp:
      return "esp";
    case TransportLayer::kAh:
      return "ah";
    case TransportLayer::kFragment:
      return "fragment";
    case TransportLayer::kOther:
      break;
  }
  return "other";
}

}  // namespace netpulse
