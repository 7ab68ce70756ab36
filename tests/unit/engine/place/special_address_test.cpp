#include "engine/place/special_address.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace netpulse {
namespace {

using Kind = SpecialAddressKind;

std::string kind_of(std::string_view address) {
  return special_address_kind_name(special_address_kind(*IpAddress::parse(address)));
}

struct Block {
  const char* before;  ///< the last address in front of it, "" where that is another block's
  const char* first;
  const char* last;
  const char* after;
  const char* kind;
};

class SpecialBlocks : public testing::TestWithParam<Block> {};

TEST_P(SpecialBlocks, HaveTheirFirstAndLastAddressAndNoneBeside) {
  const Block& block = GetParam();
  EXPECT_EQ(kind_of(block.first), block.kind);
  EXPECT_EQ(kind_of(block.last), block.kind);
  for (const std::string_view beside : {block.before, block.after}) {
    if (!beside.empty()) {
      EXPECT_EQ(kind_of(beside), "none") << beside;
    }
  }
}

// IANA IPv4 Special-Purpose Address Registry (RFC 6890); multicast: RFC 5771.
INSTANTIATE_TEST_SUITE_P(
    Ipv4Registry, SpecialBlocks,
    testing::Values(Block{"", "0.0.0.0", "0.0.0.0", "", "unspecified"},
                    Block{"", "0.0.0.1", "0.255.255.255", "1.0.0.0", "this_network"},
                    Block{"9.255.255.255", "10.0.0.0", "10.255.255.255", "11.0.0.0", "private"},
                    Block{"100.63.255.255", "100.64.0.0", "100.127.255.255", "100.128.0.0", "shared_address_space"},
                    Block{"126.255.255.255", "127.0.0.0", "127.255.255.255", "128.0.0.0", "loopback"},
                    Block{"169.253.255.255", "169.254.0.0", "169.254.255.255", "169.255.0.0", "link_local"},
                    Block{"172.15.255.255", "172.16.0.0", "172.31.255.255", "172.32.0.0", "private"},
                    Block{"191.255.255.255", "192.0.0.0", "192.0.0.8", "192.0.0.9", "reserved"},
                    Block{"192.0.0.10", "192.0.0.11", "192.0.0.255", "192.0.1.0", "reserved"},
                    Block{"192.0.1.255", "192.0.2.0", "192.0.2.255", "192.0.3.0", "documentation"},
                    Block{"192.88.98.255", "192.88.99.0", "192.88.99.255", "192.88.100.0", "reserved"},
                    Block{"192.167.255.255", "192.168.0.0", "192.168.255.255", "192.169.0.0", "private"},
                    Block{"198.17.255.255", "198.18.0.0", "198.19.255.255", "198.20.0.0", "benchmarking"},
                    Block{"198.51.99.255", "198.51.100.0", "198.51.100.255", "198.51.101.0", "documentation"},
                    Block{"203.0.112.255", "203.0.113.0", "203.0.113.255", "203.0.114.0", "documentation"},
                    Block{"223.255.255.255", "224.0.0.0", "239.255.255.255", "", "multicast"},
                    Block{"", "240.0.0.0", "255.255.255.254", "", "reserved"},
                    Block{"", "255.255.255.255", "255.255.255.255", "", "broadcast"}));

// IANA IPv6 Special-Purpose Address Registry (RFC 6890); RFC 4291 for what is older.
INSTANTIATE_TEST_SUITE_P(
    Ipv6Registry, SpecialBlocks,
    testing::Values(
        Block{"", "::", "::", "", "unspecified"}, Block{"", "::1", "::1", "", "loopback"},
        Block{"", "::2", "::ffff:ffff", "::1:0:0", "reserved"},
        Block{"64:ff9b:0:ffff:ffff:ffff:ffff:ffff", "64:ff9b:1::", "64:ff9b:1:ffff:ffff:ffff:ffff:ffff",
              "64:ff9b:2::", "private"},
        Block{"ff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "100::", "100::ffff:ffff:ffff:ffff", "", "discard_only"},
        Block{"", "100:0:0:1::", "100::1:ffff:ffff:ffff:ffff", "100:0:0:2::", "reserved"},
        Block{"2000:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "2001::", "2001:0:ffff:ffff:ffff:ffff:ffff:ffff", "",
              "teredo"},
        Block{"", "2001:1::", "2001:1::", "2001:1::1", "reserved"},
        Block{"2001:1::3", "2001:1::4", "2001:1:ffff:ffff:ffff:ffff:ffff:ffff", "", "reserved"},
        Block{"", "2001:2::", "2001:2:0:ffff:ffff:ffff:ffff:ffff", "", "benchmarking"},
        Block{"", "2001:2:1::", "2001:2:ffff:ffff:ffff:ffff:ffff:ffff", "2001:3::", "reserved"},
        Block{"", "2001:4::", "2001:4:111:ffff:ffff:ffff:ffff:ffff", "2001:4:112::", "reserved"},
        Block{"", "2001:10::", "2001:3f:ffff:ffff:ffff:ffff:ffff:ffff", "", "orchid"},
        Block{"", "2001:40::", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff", "2001:200::", "reserved"},
        Block{"2001:db7:ffff:ffff:ffff:ffff:ffff:ffff", "2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff",
              "2001:db9::", "documentation"},
        Block{"2001:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "2002::", "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
              "2003::", "six_to_four"},
        Block{"2620:4f:8000::", "3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff", "3fff:1000::", "documentation"},
        Block{"5eff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "5f00::", "5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
              "5f01::", "segment_routing"},
        Block{"fbff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "fc00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
              "fe00::", "unique_local"},
        Block{"fe7f:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "fe80::", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "",
              "link_local"},
        Block{"", "fec0::", "feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "", "private"},
        Block{"", "ff00::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "", "multicast"}));

TEST(SpecialAddress, JudgesANat64AddressByTheIpv4AddressInIt) {
  EXPECT_EQ(kind_of("64:ff9b::10.1.2.3"), "private");
  EXPECT_EQ(kind_of("64:ff9b::8.8.8.8"), "none");
  EXPECT_EQ(address_to_place(*IpAddress::parse("64:ff9b::8.8.8.8")), *IpAddress::parse("8.8.8.8"));
  EXPECT_EQ(address_to_place(*IpAddress::parse("64:ff9b::1:8.8.8.8")), *IpAddress::parse("64:ff9b::1:8.8.8.8"));
}

TEST(SpecialAddress, HasADistinctNameForEachKind) {
  std::set<std::string> names;
  for (int i = 0; i < static_cast<int>(Kind::kCount); ++i)
    EXPECT_TRUE(names.insert(special_address_kind_name(static_cast<Kind>(i))).second);
}

}  // namespace
}  // namespace netpulse
