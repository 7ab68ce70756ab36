#include "engine/place/home_networks.h"

#include <gtest/gtest.h>

#include "engine/place/special_address.h"

namespace netpulse {
namespace {

IpAddress address(const char* text) { return *IpAddress::parse(text); }
AddressPrefix prefix(const char* text) {
  const auto parsed = AddressPrefix::parse(text);
  EXPECT_TRUE(parsed.ok()) << text;
  return parsed.ok() ? parsed.value() : AddressPrefix{};
}

TEST(AddressPrefix, HoldsTheAddressesThatShareItsBits) {
  const AddressPrefix v4 = prefix("192.0.2.128/25"), v6 = prefix("2001:db8:7000::/37"), host = prefix("198.51.100.7");
  EXPECT_TRUE(v4.contains(address("192.0.2.128")));
  EXPECT_TRUE(v4.contains(address("192.0.2.255")));
  EXPECT_FALSE(v4.contains(address("192.0.2.127")));
  EXPECT_FALSE(v4.contains(address("192.0.3.0")));
  EXPECT_TRUE(v6.contains(address("2001:db8:77ff::1")));
  EXPECT_FALSE(v6.contains(address("2001:db8:7800::1")));
  EXPECT_TRUE(host.contains(address("198.51.100.7")));
  EXPECT_FALSE(host.contains(address("198.51.100.6")));
}

TEST(AddressPrefix, TheWholeOfAFamilyIsNotTheOther) {
  EXPECT_TRUE(prefix("0.0.0.0/0").contains(address("203.0.113.1")));
  EXPECT_FALSE(prefix("0.0.0.0/0").contains(address("2001:db8::1")));
  EXPECT_TRUE(prefix("::/0").contains(address("2001:db8::1")));
  EXPECT_TRUE(prefix("2001:db8::/64").contains(address("2001:db8::ffff:ffff:ffff:ffff")));
  EXPECT_FALSE(prefix("2001:db8::/65").contains(address("2001:db8::8000:0:0:0")));
  EXPECT_TRUE(prefix("2001:db8::1/128").contains(address("2001:db8::1")));
}

TEST(AddressPrefix, RefusesWhatIsNone) {
  for (const char* text : {"", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/8 ", "10.0.0/8", "::/129",
                           "2001:db8::/0x20", "home", "10.0.0.0/0000000008", "10.0.0.0/8/8"})
    EXPECT_FALSE(AddressPrefix::parse(text).ok()) << text;
  EXPECT_FALSE(AddressPrefix::parse({"10.0.0.0\0x/8", 12}).ok());
  const auto behind = AddressPrefix::parse("192.168.1.5/24");
  ASSERT_FALSE(behind.ok());
  EXPECT_NE(behind.error().message.find("192.168.1.0/24"), std::string::npos);
}

TEST(HomeNetworks, PrivateAddressesAreHomeUntilTheUserSaysWhatIs) {
  const HomeNetworks home;
  for (const char* text : {"10.1.2.3", "172.31.255.1", "192.168.0.1", "fd00::1", "fc12::9"})
    EXPECT_TRUE(home.contains(address(text))) << text;
  for (const char* text : {"172.32.0.1", "100.64.0.1", "192.0.2.1", "2001:db8::1", "8.8.8.8", "2606:4700::1111"})
    EXPECT_FALSE(home.contains(address(text))) << text;
  const HomeNetworks listed({prefix("192.0.2.0/24"), prefix("2001:db8::/32")});
  EXPECT_TRUE(listed.contains(address("192.0.2.1")));
  EXPECT_TRUE(listed.contains(address("2001:db8::1")));
  EXPECT_FALSE(listed.contains(address("10.1.2.3")));
  EXPECT_FALSE(listed.contains(address("fd00::1")));
  EXPECT_TRUE(listed.listed());
}

TEST(HomeNetworks, WhatNeverLeavesTheLinkIsAlwaysHome) {
  for (const HomeNetworks& home : {HomeNetworks(), HomeNetworks({prefix("192.0.2.0/24")})})
    for (const char* text : {"224.0.0.251", "239.1.2.3", "255.255.255.255", "0.0.0.0", "127.0.0.1", "169.254.7.7",
                             "::", "::1", "fe80::1", "ff02::fb"})
      EXPECT_TRUE(home.contains(address(text))) << text;
}

TEST(HomeNetworks, AnInterfacesOwnNetworkIsAddedToThePrivateOnes) {
  HomeNetworks home;
  home.add(prefix("2001:db8:1::/64"));
  EXPECT_TRUE(home.contains(address("2001:db8:1::9")));
  EXPECT_TRUE(home.contains(address("192.168.0.1")));
  EXPECT_FALSE(home.listed());
}

TEST(HomeNetworks, TheFirstOctetNeverDecidesAgainstTheSpecialAddresses) {
  const HomeNetworks home, listed({prefix("128.0.0.0/1"), prefix("8000::/1")});
  const auto special_home = [](SpecialAddressKind kind, bool with_private) {
    switch (kind) {
      case SpecialAddressKind::kUnspecified:
      case SpecialAddressKind::kThisNetwork:
      case SpecialAddressKind::kLoopback:
      case SpecialAddressKind::kLinkLocal:
      case SpecialAddressKind::kMulticast:
      case SpecialAddressKind::kBroadcast:
        return true;
      case SpecialAddressKind::kPrivate:
      case SpecialAddressKind::kUniqueLocal:
        return with_private;
      default:
        return false;
    }
  };
  for (unsigned high = 0; high < 65536; ++high) {
    const std::uint8_t four[4] = {static_cast<std::uint8_t>(high >> 8), static_cast<std::uint8_t>(high), 1, 2};
    std::uint8_t sixteen[16] = {four[0], four[1], 0xb};
    for (const IpAddress& address : {IpAddress::from_v4(four), IpAddress::from_v6(sixteen)}) {
      const SpecialAddressKind kind = special_address_kind(address);
      EXPECT_EQ(home.contains(address), special_home(kind, true)) << address.to_string();
      EXPECT_EQ(listed.contains(address), special_home(kind, false) || four[0] >= 128) << address.to_string();
    }
  }
}

TEST(HomeNetworks, ABadNetworkStopsTheStartWithFileAndLine) {
  auto config = Config::from_text("[home]\nnetworks = [\"10.0.0.0/8\",\n  \"10.0.0.0/40\"]\n", "test.toml");
  ASSERT_TRUE(config.ok());
  static_cast<void>(read_home_networks(config.value()));
  const auto finished = config.value().finish();
  ASSERT_FALSE(finished.ok());
  EXPECT_NE(finished.error().message.find("test.toml:2"), std::string::npos) << finished.error().message;
  EXPECT_NE(finished.error().message.find("10.0.0.0/40"), std::string::npos) << finished.error().message;
}

}  // namespace
}  // namespace netpulse
