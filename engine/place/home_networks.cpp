#include "engine/place/home_networks.h"

#include <algorithm>
#include <charconv>
#include <cstring>

#include "engine/base/text.h"
#include "engine/place/special_address.h"

namespace netpulse {
namespace {

constexpr unsigned kMappedBits = 96;

std::uint64_t big_endian(const std::uint8_t* octets) noexcept {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < sizeof value; ++i) value = value << 8 | octets[i];
  return value;
}
std::uint64_t mask(unsigned bits) noexcept { return bits == 0 ? 0 : ~std::uint64_t{0} << (64 - bits); }

/// The prefix's own first address.
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

HomeNetworks::HomeNetworks(std::vector<AddressPrefix> networks)
    : networks_(std::move(networks)), private_(networks_.empty()) {
  prepare();
}

void HomeNetworks::add(const AddressPrefix& network) {
  if (networks_.size() < kNetworksMax) networks_.push_back(network);
  prepare();
}

/// An octet needs a closer look where a listed network or a special block has some of its addresses, or may have.
void HomeNetworks::prepare() {
  by_octet_v4_.fill(Answer::kElsewhere);
  by_octet_v6_.fill(Answer::kElsewhere);
  for (const unsigned octet : {0U, 10U, 127U, 169U, 172U, 192U, 255U}) by_octet_v4_[octet] = Answer::kLook;
  for (const unsigned octet : {0x00U, 0xfcU, 0xfdU, 0xfeU}) by_octet_v6_[octet] = Answer::kLook;
  if (private_) by_octet_v4_[10] = by_octet_v6_[0xfc] = by_octet_v6_[0xfd] = Answer::kHome;
  by_octet_v4_[127] = by_octet_v6_[0xff] = Answer::kHome;
  for (std::size_t octet = 224; octet < 240; ++octet) by_octet_v4_[octet] = Answer::kHome;
  for (const AddressPrefix& network : networks_) {
    const bool v4 = network.bits >= kMappedBits && network.network.is_v4_mapped();
    auto& answers = v4 ? by_octet_v4_ : by_octet_v6_;
    const unsigned bits = std::min<unsigned>(v4 ? network.bits - kMappedBits : network.bits, 8);
    const unsigned first = network.network.octets[v4 ? 12 : 0];
    for (unsigned octet = first; octet < first + (256U >> bits); ++octet)
      if (answers[octet] == Answer::kElsewhere) answers[octet] = Answer::kLook;
    // A prefix of IPv6 may be so wide that it has the IPv4-mapped addresses.
    if (!v4 && network.contains(IpAddress::from_v4(std::array<std::uint8_t, 4>{}.data())))
      for (Answer& answer : by_octet_v4_)
        if (answer == Answer::kElsewhere) answer = Answer::kLook;
  }
}

bool HomeNetworks::look_up(const IpAddress& address) const noexcept {
  switch (special_address_kind(address)) {
    case SpecialAddressKind::kUnspecified:
    case SpecialAddressKind::kThisNetwork:
    case SpecialAddressKind::kLoopback:
    case SpecialAddressKind::kLinkLocal:
    case SpecialAddressKind::kMulticast:
    case SpecialAddressKind::kBroadcast:
      return true;
    case SpecialAddressKind::kPrivate:
    case SpecialAddressKind::kUniqueLocal:
      if (private_) return true;
      break;
    default:
      break;
  }
  return std::any_of(networks_.begin(), networks_.end(),
                     [&](const AddressPrefix& network) { return network.contains(address); });
}

HomeNetworks read_home_networks(Config& config) {
  static constexpr std::string_view kSection = "home", kKey = "networks";
  std::vector<AddressPrefix> networks;
  for (const std::string& text : config.texts(kSection, kKey, {})) {
    const auto prefix = AddressPrefix::parse(text);
    if (!prefix)
      config.complain(kSection, kKey, prefix.error().message);
    else
      networks.push_back(prefix.value());
  }
  if (networks.size() > HomeNetworks::kNetworksMax)
    config.complain(kSection, kKey, "at most " + std::to_string(HomeNetworks::kNetworksMax) + " networks");
  return HomeNetworks(std::move(networks));
}

}  // namespace netpulse
