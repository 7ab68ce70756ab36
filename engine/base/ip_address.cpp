#include "engine/base/ip_address.h"

#include <arpa/inet.h>

namespace netpulse {

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  const std::string terminated(text);
  std::array<std::uint8_t, 16> octets{};
  if (inet_pton(AF_INET, terminated.c_str(), octets.data()) == 1) return from_v4(octets.data());
  if (inet_pton(AF_INET6, terminated.c_str(), octets.data()) == 1) return from_v6(octets.data());
  return std::nullopt;
}

std::string IpAddress::to_string() const {
  char text[INET6_ADDRSTRLEN] = {};
  if (is_v4_mapped())
    inet_ntop(AF_INET, octets.data() + 12, text, sizeof text);
  else
    inet_ntop(AF_INET6, octets.data(), text, sizeof text);
  return text;
}

}  // namespace netpulse
