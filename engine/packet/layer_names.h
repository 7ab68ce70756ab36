#pragma once

#include "engine/packet/packet_view.h"

namespace netpulse {

/// "other", "ipv4", "ipv6", "arp": label values and report keys.
const char* network_layer_name(NetworkLayer layer) noexcept;
/// "other", "tcp", "udp", "icmp", "icmpv6", "sctp", "igmp", "esp", "ah", "fragment".
const char* transport_layer_name(TransportLayer layer) noexcept;

}  // namespace netpulse
