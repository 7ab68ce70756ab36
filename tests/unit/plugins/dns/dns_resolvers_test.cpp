#include "plugins/dns/dns_resolvers.h"

#include <gtest/gtest.h>

#include <memory>

namespace netpulse {
namespace {

IpAddress address(std::uint32_t number) {
  IpAddress made;
  made.octets[0] = 0x20;
  for (std::size_t i = 0; i < 4; ++i) made.octets[12 + i] = static_cast<std::uint8_t>(number >> (8 * i));
  return made;
}

TEST(DnsResolvers, AreToldApartUntilThereIsNoRoomAndThenCountedTogether) {
  const auto resolvers = std::make_unique<DnsResolvers>();
  constexpr std::uint32_t kTooMany = DnsResolvers::kResolversMax + 100;
  for (int round = 0; round < 3; ++round)
    for (std::uint32_t i = 0; i < kTooMany; ++i) ++resolvers->at(address(i)).transactions;
  ASSERT_EQ(resolvers->all().size(), DnsResolvers::kResolversMax);
  for (std::uint32_t i = 0; i < DnsResolvers::kResolversMax; ++i) {
    EXPECT_EQ(resolvers->all()[i].address, address(i));
    EXPECT_EQ(resolvers->all()[i].transactions, 3U);
  }
  EXPECT_EQ(resolvers->others().transactions, 300U);
  EXPECT_EQ(resolvers->others().address, IpAddress{});
}

}  // namespace
}  // namespace netpulse
