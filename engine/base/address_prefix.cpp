#include "engine/base/address_prefix.h"

#include <algorithm>
#include <charconv>
#include <string>

#include "engine/base/text.h"

namespace netpulse {
namespace {

constexpr unsigned kMappedBits = 96;

std::uint64_t big_endian(const std::uint8_t* octets) noexcept {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < sizeof value; ++i) value = value << 8 | octets[i];
  return value;
}
std::uint64_t mask(unsigned bits) noexcept { return bits == 0 ? 0 : ~std::uint64_t{0} << (64 - bits); }

IpAddress masked(const IpAddress& address, unsigned bits) noexcept {
  IpAddress first = address;
  for (std::size_t i = 0; i < first.octets.size(); ++i) {
    const unsigned kept = bits > 8 * i ? std::min<unsigned>(bits - static_cast<unsigned>(8 * i), 8) : 0;
    first.octets[i] &= static_cast<std::uint8_t>(0xff00U >> kept);
  }
  return first;
}

}  // namespace

Result<AddressPrefix> AddressPrefix::parse(std::string_view text) {
  const std::size_t slash = text.find('/');
  const auto address = IpAddress::parse(text.substr(0, slash));
  const std::string shown = "\"" + printable(text) + "\"";
  const Error no_prefix{shown + " is no network: write it as 192.0.2.0/24 or 2001:db8::/32"};
  // inet_pton() would stop at a zero byte.
  if (!address || text.find('\0') != std::string_view::npos) return no_prefix;
  const bool v4 = text.find(':') == std::string_view::npos;
  const unsigned bits_max = v4 ? 32 : 128;
  unsigned bits = bits_max;
  if (slash != std::string_view::npos) {
    const std::string_view digits = text.substr(slash + 1);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
    if (error != std::errc{} || end != digits.data() + digits.size() || digits.size() > 3) return no_prefix;
    if (bits > bits_max)
      return Error{shown + ": a prefix has at most " + std::to_string(bits_max) + " bits" + (v4 ? " in IPv4" : "")};
  }
  const unsigned mapped_bits = v4 ? kMappedBits + bits : bits;
  const AddressPrefix prefix{masked(*address, mapped_bits), static_cast<std::uint8_t>(mapped_bits)};
  if (prefix.network != *address)
    return Error{shown + " has bits behind its prefix; is " + prefix.network.to_string() + "/" + std::to_string(bits) +
                 " meant?"};
  return prefix;
}

bool AddressPrefix::contains(const IpAddress& address) const noexcept {
  const unsigned high_bits = std::min<unsigned>(bits, 64);
  const std::uint8_t *a = address.octets.data(), *b = network.octets.data();
  return ((big_endian(a) ^ big_endian(b)) & mask(high_bits)) == 0 &&
         ((big_endian(a + 8) ^ big_endian(b + 8)) & mask(bits - high_bits)) == 0;
}

IpAddress AddressPrefix::last() const noexcept {
  IpAddress address = network;
  for (unsigned bit = bits; bit < address.octets.size() * 8; bit = bit / 8 * 8 + 8)
    address.octets[bit / 8] |= static_cast<std::uint8_t>(0xffU >> bit % 8);
  return address;
}

}  // namespace netpulse
