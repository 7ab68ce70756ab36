#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"

namespace netpulse {

/// An interface that libpcap can capture on.
struct InterfaceInfo {
  std::string name;
  std::string description;             ///< may be empty
  std::vector<std::string> addresses;  ///< IPv4 and IPv6, as text
  std::vector<std::string> networks;   ///< of these, by their netmasks: "192.0.2.0/24"
  bool up = false;
  bool running = false;  ///< has a carrier
  bool loopback = false;
  bool wireless = false;
  std::uint16_t link_type = 0xffff;  ///< LINKTYPE_*; 0xffff: only known once it is opened
};

/// All network interfaces, without the pseudo-devices (USB, D-Bus, netfilter) that libpcap also offers; "any" is one.
Result<std::vector<InterfaceInfo>> list_interfaces();

/// The interface of the default route, IPv4's before IPv6's; without one, the first that is up and no loopback.
/// Fails when there is none, and says what there is.
Result<std::string> default_interface();

/// The interface of the default route with the lowest metric in the texts of /proc/net/route and /proc/net/ipv6_route;
/// empty if there is none.
std::string default_route_interface(std::string_view ipv4_routes, std::string_view ipv6_routes);

/// "eth9: no such interface; did you mean eth0? interfaces: lo, eth0"
std::string no_such_interface(const std::string& name, const std::vector<InterfaceInfo>& interfaces);

}  // namespace netpulse
