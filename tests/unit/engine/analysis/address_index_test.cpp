#include "engine/analysis/address_index.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace netpulse {
namespace {

IpAddress address(const char* text) { return *IpAddress::parse(text); }

AddressRange range(const char* network, unsigned prefix_bits, ApplicationId application) {
  const IpAddress parsed = address(network);
  return {parsed, static_cast<std::uint8_t>(parsed.is_v4_mapped() ? prefix_bits + 96 : prefix_bits), application};
}

TEST(AddressIndex, KnowsNothingWhenEmpty) {
  const AddressIndex index;
  EXPECT_TRUE(index.empty());
  EXPECT_EQ(index.find(address("192.0.2.1")), 0);
  EXPECT_EQ(index.find(address("2001:db8::1")), 0);
}

TEST(AddressIndex, ARangeHasTwoEnds) {
  const AddressIndex index(std::vector{range("192.0.2.128", 25, 1), range("2001:db8::", 126, 2)});
  EXPECT_EQ(index.find(address("192.0.2.127")), 0);
  EXPECT_EQ(index.find(address("192.0.2.128")), 1);
  EXPECT_EQ(index.find(address("192.0.2.255")), 1);
  EXPECT_EQ(index.find(address("192.0.3.0")), 0);
  EXPECT_EQ(index.find(address("2001:db7:ffff:ffff:ffff:ffff:ffff:ffff")), 0);
  EXPECT_EQ(index.find(address("2001:db8::")), 2);
  EXPECT_EQ(index.find(address("2001:db8::3")), 2);
  EXPECT_EQ(index.find(address("2001:db8::4")), 0);
}

TEST(AddressIndex, ReachesTheLastAddresses) {
  const AddressIndex index(std::vector{range("255.255.255.255", 32, 1), range("ff00::", 8, 2), range("0.0.0.0", 1, 3)});
  EXPECT_EQ(index.find(address("255.255.255.255")), 1);
  EXPECT_EQ(index.find(address("255.255.255.254")), 0);
  EXPECT_EQ(index.find(address("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")), 2);
  EXPECT_EQ(index.find(address("0.0.0.0")), 3);
  EXPECT_EQ(index.find(address("128.0.0.0")), 0);
}

TEST(AddressIndex, NestedRangesGoOnBehindTheInnerOnes) {
  const AddressIndex index(std::vector{range("10.0.0.0", 8, 1), range("10.1.0.0", 16, 2), range("10.1.2.0", 24, 3),
                                       range("10.1.255.0", 24, 4), range("10.255.255.255", 32, 5)});
  EXPECT_EQ(index.find(address("10.0.255.255")), 1);
  EXPECT_EQ(index.find(address("10.1.1.255")), 2);
  EXPECT_EQ(index.find(address("10.1.2.1")), 3);
  EXPECT_EQ(index.find(address("10.1.3.0")), 2);
  EXPECT_EQ(index.find(address("10.1.255.255")), 4);
  EXPECT_EQ(index.find(address("10.2.0.0")), 1);
  EXPECT_EQ(index.find(address("10.255.255.254")), 1);
  EXPECT_EQ(index.find(address("10.255.255.255")), 5);
  EXPECT_EQ(index.find(address("11.0.0.0")), 0);
}

TEST(AddressIndex, OfTwoEqualRangesTheLaterWins) {
  const AddressIndex index(std::vector{range("10.0.0.0", 8, 1), range("10.0.0.0", 8, 2)});
  EXPECT_EQ(index.find(address("10.0.0.0")), 2);
  EXPECT_EQ(index.find(address("10.255.255.255")), 2);
}

TEST(AddressIndex, AgreesWithASearchThroughAllRanges) {
  std::mt19937 random(7);
  for (int round = 0; round < 200; ++round) {
    std::vector<AddressRange> ranges;
    const bool v4 = round % 2 == 0;
    // A handful of bits, so that ranges nest and touch.
    const auto any_address = [&] {
      IpAddress result = v4 ? address("10.0.0.0") : address("2001:db8::");
      result.octets[v4 ? 12 : 7] ^= static_cast<std::uint8_t>(random() % 4 * 64);
      result.octets[15] = static_cast<std::uint8_t>(random());
      return result;
    };
    for (ApplicationId application = 1; application < 20; ++application) {
      const unsigned bits = (v4 ? 96 : 56) + static_cast<unsigned>(random() % (v4 ? 33 : 73));
      const IpAddress network = first_address(any_address(), bits);
      ranges.push_back({network, static_cast<std::uint8_t>(bits), application});
    }
    const AddressIndex index(ranges);
    for (int i = 0; i < 300; ++i) {
      const IpAddress asked = any_address();
      const AddressRange* best = nullptr;
      for (const AddressRange& one : ranges)
        if (first_address(asked, one.prefix_bits) == one.network &&
            (best == nullptr || one.prefix_bits >= best->prefix_bits))
          best = &one;
      ASSERT_EQ(index.find(asked), best == nullptr ? 0 : best->application) << round << " " << asked.to_string();
    }
  }
}

TEST(AddressPrefix, HasAFirstAndALastAddress) {
  const IpAddress inside = address("2001:db8:ffff:1:2:3:4:5");
  EXPECT_EQ(first_address(inside, 32), address("2001:db8::"));
  EXPECT_EQ(last_address(inside, 32), address("2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"));
  EXPECT_EQ(first_address(inside, 35), address("2001:db8:e000::"));
  EXPECT_EQ(last_address(inside, 35), address("2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"));
  EXPECT_EQ(first_address(inside, 128), inside);
  EXPECT_EQ(last_address(inside, 128), inside);
  EXPECT_EQ(first_address(inside, 0), address("::"));
}

}  // namespace
}  // namespace netpulse
