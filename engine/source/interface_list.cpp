#include "engine/source/interface_list.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <pcap/pcap.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <limits>
#include <memory>
#include <sstream>
#include <utility>

#include "engine/base/text.h"

namespace netpulse {
namespace {

constexpr std::string_view kAnyInterface = "any";

std::string address_text(const sockaddr* address) {
  if (address == nullptr) return {};
  char text[INET6_ADDRSTRLEN] = {};
  const void* octets = nullptr;
  if (address->sa_family == AF_INET) octets = &reinterpret_cast<const sockaddr_in*>(address)->sin_addr;
  if (address->sa_family == AF_INET6) octets = &reinterpret_cast<const sockaddr_in6*>(address)->sin6_addr;
  if (octets == nullptr || inet_ntop(address->sa_family, octets, text, sizeof text) == nullptr) return {};
  return text;
}

/// Octets of an IPv4 or IPv6 address, and how many; null for others.
std::pair<const std::uint8_t*, std::size_t> octets_of(const sockaddr* address) {
  if (address != nullptr && address->sa_family == AF_INET)
    return {reinterpret_cast<const std::uint8_t*>(&reinterpret_cast<const sockaddr_in*>(address)->sin_addr), 4};
  if (address != nullptr && address->sa_family == AF_INET6)
    return {reinterpret_cast<const std::uint8_t*>(&reinterpret_cast<const sockaddr_in6*>(address)->sin6_addr), 16};
  return {nullptr, 0};
}

/// "192.0.2.0/24"; the address alone where there is no mask, as on a point-to-point link.
std::string network_text(const sockaddr* address, const sockaddr* netmask) {
  const auto [octets, count] = octets_of(address);
  const auto [mask, mask_count] = octets_of(netmask);
  if (octets == nullptr) return {};
  std::array<std::uint8_t, 16> network{};
  std::size_t bits = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint8_t kept = mask_count == count ? mask[i] : 0xff;
    network[i] = octets[i] & kept;
    bits += static_cast<std::size_t>(std::popcount(kept));
  }
  char text[INET6_ADDRSTRLEN] = {};
  if (inet_ntop(address->sa_family, network.data(), text, sizeof text) == nullptr) return {};
  return std::string(text) + "/" + std::to_string(bits);
}

std::string read_file(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

/// What libpcap will give for the kernel's hardware type (ARPHRD_*, linux/if_arp.h); knowing it takes no rights.
std::uint16_t link_type_of(const std::string& interface) {
  constexpr std::uint16_t kUnknown = 0xffff, kEthernet = 1, kRaw = 101, kCooked = 113;
  if (interface == kAnyInterface) return kCooked;
  const std::string type = read_file("/sys/class/net/" + interface + "/type");
  if (type.empty()) return kUnknown;
  switch (std::atoi(type.c_str())) {
    case 1:    // ARPHRD_ETHER
    case 772:  // ARPHRD_LOOPBACK
      return kEthernet;
    case 801:  // ARPHRD_IEEE80211
      return 105;
    case 803:  // ARPHRD_IEEE80211_RADIOTAP
      return 127;
    case 768:    // ARPHRD_TUNNEL
    case 776:    // ARPHRD_SIT
    case 65534:  // ARPHRD_NONE
      return kRaw;
    default:
      return kCooked;
  }
}

struct Route {
  std::string interface;
  std::uint64_t metric = std::numeric_limits<std::uint64_t>::max();
};

void keep_better(Route& best, const std::string& interface, std::uint64_t metric) {
  if (metric < best.metric) best = {interface, metric};
}

constexpr std::uint64_t kRouteUp = 0x1, kRouteReject = 0x200;  // RTF_UP, RTF_REJECT

/// Columns: Iface Destination Gateway Flags RefCnt Use Metric Mask ...; numbers in hex but for the metric.
Route ipv4_default_route(std::string_view text) {
  Route best;
  std::istringstream lines{std::string(text)};
  for (std::string line; std::getline(lines, line);) {
    std::istringstream fields(line);
    std::string interface, destination, gateway, flags, references, uses, metric, mask;
    if (!(fields >> interface >> destination >> gateway >> flags >> references >> uses >> metric >> mask)) continue;
    const std::uint64_t flag_bits = std::strtoull(flags.c_str(), nullptr, 16);
    if (destination == "00000000" && mask == "00000000" && (flag_bits & kRouteUp) != 0 &&
        (flag_bits & kRouteReject) == 0)
      keep_better(best, interface, std::strtoull(metric.c_str(), nullptr, 10));
  }
  return best;
}

/// Columns: destination, its prefix length, source, its prefix length, next hop, metric, references, uses, flags, name.
Route ipv6_default_route(std::string_view text) {
  Route best;
  std::istringstream lines{std::string(text)};
  for (std::string line; std::getline(lines, line);) {
    std::istringstream fields(line);
    std::string destination, prefix, source, source_prefix, hop, metric, references, uses, flags, interface;
    if (!(fields >> destination >> prefix >> source >> source_prefix >> hop >> metric >> references >> uses >> flags >>
          interface))
      continue;
    const std::uint64_t flag_bits = std::strtoull(flags.c_str(), nullptr, 16);
    if (destination.find_first_not_of('0') == std::string::npos && prefix == "00" && (flag_bits & kRouteUp) != 0 &&
        (flag_bits & kRouteReject) == 0)
      keep_better(best, interface, std::strtoull(metric.c_str(), nullptr, 16));
  }
  return best;
}

std::string joined_names(const std::vector<InterfaceInfo>& interfaces) {
  std::string names;
  for (const InterfaceInfo& interface : interfaces) names += (names.empty() ? "" : ", ") + interface.name;
  return names.empty() ? "none" : names;
}

}  // namespace

Result<std::vector<InterfaceInfo>> list_interfaces() {
  char message[PCAP_ERRBUF_SIZE] = {};
  pcap_if_t* found = nullptr;
  if (pcap_findalldevs(&found, message) != 0) return Error{std::string("listing interfaces failed: ") + message};
  const std::unique_ptr<pcap_if_t, decltype(&pcap_freealldevs)> list(found, &pcap_freealldevs);
  std::vector<InterfaceInfo> interfaces;
  for (const pcap_if_t* device = found; device != nullptr; device = device->next) {
    if (device->name != kAnyInterface && if_nametoindex(device->name) == 0) continue;
    InterfaceInfo& interface = interfaces.emplace_back();
    interface.name = device->name;
    if (device->description != nullptr) interface.description = printable(device->description);
    for (const pcap_addr_t* address = device->addresses; address != nullptr; address = address->next) {
      std::string text = address_text(address->addr);
      if (text.empty()) continue;
      interface.addresses.push_back(std::move(text));
      interface.networks.push_back(network_text(address->addr, address->netmask));
    }
    interface.up = (device->flags & PCAP_IF_UP) != 0;
    interface.running = (device->flags & PCAP_IF_RUNNING) != 0;
    interface.loopback = (device->flags & PCAP_IF_LOOPBACK) != 0;
    interface.wireless = (device->flags & PCAP_IF_WIRELESS) != 0;
    interface.link_type = link_type_of(interface.name);
  }
  return interfaces;
}

std::string default_route_interface(std::string_view ipv4_routes, std::string_view ipv6_routes) {
  if (Route route = ipv4_default_route(ipv4_routes); !route.interface.empty()) return route.interface;
  return ipv6_default_route(ipv6_routes).interface;
}

Result<std::string> default_interface() {
  std::string routed = default_route_interface(read_file("/proc/net/route"), read_file("/proc/net/ipv6_route"));
  if (!routed.empty()) return routed;
  const auto listed = list_interfaces();
  if (!listed) return listed.error();
  for (const InterfaceInfo& interface : listed.value())
    if (interface.up && !interface.loopback && interface.name != kAnyInterface) return interface.name;
  return Error{
      "there is no default interface: no default route, and no interface but loopback is up; "
      "choose one with -i. interfaces: " +
      joined_names(listed.value())};
}

std::string no_such_interface(const std::string& name, const std::vector<InterfaceInfo>& interfaces) {
  std::vector<std::string_view> names;
  for (const InterfaceInfo& interface : interfaces) names.push_back(interface.name);
  const std::string_view near = nearest(name, names.data(), names.size());
  std::string text = printable(name) + ": no such interface; ";
  if (!near.empty()) text.append("did you mean ").append(near).append("? ");
  return text + "interfaces: " + joined_names(interfaces);
}

}  // namespace netpulse
