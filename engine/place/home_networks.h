#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/base/address_prefix.h"
#include "engine/base/ip_address.h"
#include "engine/config/config.h"

namespace netpulse {

/// The addresses that are "at home": traffic to them is in, from them out, among them local. What never leaves the own
/// network always is (loopback, link-local, multicast, broadcast, unspecified); so are the listed networks, and private
/// addresses (RFC 1918, RFC 4193) unless the user has listed what is meant instead.
class HomeNetworks {
 public:
  static constexpr std::size_t kNetworksMax = 256;

  /// Nothing listed: private addresses alone.
  HomeNetworks() : HomeNetworks(std::vector<AddressPrefix>{}) {}
  /// The user's list; empty as above.
  explicit HomeNetworks(std::vector<AddressPrefix> networks);

  /// Whether the user has said what home is.
  bool listed() const noexcept { return !private_; }
  /// Another network, besides what is home already: an interface's own.
  void add(const AddressPrefix& network);
  /// For new flows: most addresses are told by their first octet, the others by a short loop.
  bool contains(const IpAddress& address) const noexcept {
    const bool v4 = address.is_v4_mapped();
    const Answer answer = v4 ? by_octet_v4_[address.octets[12]] : by_octet_v6_[address.octets[0]];
    return answer == Answer::kLook ? look_up(address) : answer == Answer::kHome;
  }

 private:
  enum class Answer : std::uint8_t { kElsewhere, kHome, kLook };

  bool look_up(const IpAddress& address) const noexcept;
  void prepare();

  std::vector<AddressPrefix> networks_;
  bool private_ = true;
  std::array<Answer, 256> by_octet_v4_{}, by_octet_v6_{};
};

/// Reads [home]; a prefix that makes no sense is an error in config.
HomeNetworks read_home_networks(Config& config);

}  // namespace netpulse
