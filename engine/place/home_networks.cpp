#include "engine/place/home_networks.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "engine/place/special_address.h"

namespace netpulse {
namespace {

constexpr unsigned kMappedBits = 96;

}  // namespace

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
