#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

namespace netpulse {

/// An IPv4 or IPv6 address in network order; IPv4 is stored IPv4-mapped (RFC 4291 section 2.5.5.2), so one comparison
/// serves both. Whether ::ffff:a.b.c.d was an IPv4 or a real mapped address is told by the flow's ip_version.
struct IpAddress {
  std::array<std::uint8_t, 16> octets{};

  static IpAddress from_v4(const std::uint8_t* four) noexcept {
    IpAddress address;
    address.octets[10] = 0xff;
    address.octets[11] = 0xff;
    std::memcpy(address.octets.data() + 12, four, 4);
    return address;
  }
  static IpAddress from_v6(const std::uint8_t* sixteen) noexcept {
    IpAddress address;
    std::memcpy(address.octets.data(), sixteen, 16);
    return address;
  }
  /// Accepts what inet_pton accepts.
  static std::optional<IpAddress> parse(std::string_view text);

  bool is_v4_mapped() const noexcept {
    static constexpr std::array<std::uint8_t, 12> kPrefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    return std::memcmp(octets.data(), kPrefix.data(), kPrefix.size()) == 0;
  }
  /// Dotted quad for IPv4-mapped addresses, RFC 5952 text for the others.
  std::string to_string() const;

  /// Two words at a time: a call to memcmp would cost more than the comparison.
  friend bool operator==(const IpAddress& a, const IpAddress& b) noexcept {
    std::uint64_t x[2], y[2];
    std::memcpy(x, a.octets.data(), 16);
    std::memcpy(y, b.octets.data(), 16);
    return ((x[0] ^ y[0]) | (x[1] ^ y[1])) == 0;
  }
  friend auto operator<=>(const IpAddress& a, const IpAddress& b) noexcept {
    return std::memcmp(a.octets.data(), b.octets.data(), 16) <=> 0;
  }
};
static_assert(sizeof(IpAddress) == 16);

}  // namespace netpulse
