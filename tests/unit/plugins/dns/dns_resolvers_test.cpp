#include "plugins/dns/dns_resolvers.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <vector>

namespace netpulse {
namespace {

IpAddress address(std::uint32_t number) {
  IpAddress made;
  made.octets[0] = 0x20;
  for (std::size_t i = 0; i < 4; ++i) made.octets[12 + i] = static_cast<std::uint8_t>(number >> (8 * i));
  return made;
}

/// One more query to the resolver, and a time that tells them apart.
void ask(DnsResolvers& resolvers, std::uint32_t number) {
  DnsResolver& resolver = resolvers.at(address(number));
  ++resolver.transactions;
  resolver.latency_nanoseconds_max = std::max<std::int64_t>(resolver.latency_nanoseconds_max, number);
}

bool same(const std::vector<DnsResolver>& a, const std::vector<DnsResolver>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const DnsResolver& x, const DnsResolver& y) {
    return x.address == y.address && x.transactions == y.transactions &&
           x.latency_nanoseconds_max == y.latency_nanoseconds_max;
  });
}

TEST(DnsResolvers, TheBusiestAreListedAndTheOthersAddedUp) {
  const auto resolvers = std::make_unique<DnsResolvers>();
  for (std::uint32_t i = 0; i < 50; ++i)
    for (std::uint32_t n = 0; n <= i / 2; ++n) ask(*resolvers, i);
  const auto listed = resolvers->busiest(3);
  ASSERT_EQ(listed.size(), 4U);
  EXPECT_EQ(listed[0].transactions, 25U);
  EXPECT_EQ(listed[1].transactions, 25U);
  EXPECT_TRUE(listed[0].address < listed[1].address);
  EXPECT_EQ(listed[2].transactions, 24U);
  EXPECT_EQ(listed[3].address, IpAddress{});
  EXPECT_EQ(listed[3].transactions, 2U * (25 * 26 / 2) - 25 - 25 - 24);
  EXPECT_EQ(listed[3].latency_nanoseconds_max, 47);
  EXPECT_EQ(resolvers->busiest(100).size(), 50U) << "no others";
}

TEST(DnsResolvers, WhichAreToldApartDependsNeitherOnTheirOrderNorOnTheWorkers) {
  constexpr std::uint32_t kTooMany = DnsResolvers::kResolversMax * 2;
  const auto run = [&](std::size_t workers, bool backwards) {
    std::vector<std::unique_ptr<DnsResolvers>> parts;
    for (std::size_t i = 0; i < workers; ++i) parts.push_back(std::make_unique<DnsResolvers>());
    for (int round = 0; round < 2; ++round)
      for (std::uint32_t i = 0; i < kTooMany; ++i) {
        const std::uint32_t number = backwards ? kTooMany - 1 - i : i;
        // One has few of them, and some are asked by several.
        for (std::uint32_t n = 0; n <= number % 3; ++n)
          ask(*parts[number % 100 == 0 ? 0 : (number + n) % workers], number);
      }
    for (std::size_t i = 1; i < workers; ++i) parts[0]->merge(*parts[i]);
    return parts[0]->busiest(kTooMany);
  };
  const auto one = run(1, false);
  ASSERT_EQ(one.size(), DnsResolvers::kResolversMax + 1);
  std::uint64_t sum = 0;
  for (const DnsResolver& resolver : one) sum += resolver.transactions;
  EXPECT_EQ(sum, 2 * (kTooMany / 3 * 6 + (kTooMany % 3 == 2 ? 3 : kTooMany % 3)));
  for (std::size_t i = 0; i + 1 < one.size(); ++i) {
    const std::uint32_t number = static_cast<std::uint32_t>(one[i].latency_nanoseconds_max);
    ASSERT_EQ(one[i].address, address(number));
    ASSERT_EQ(one[i].transactions, 2 * (number % 3 + 1));
  }
  EXPECT_TRUE(same(run(1, true), one));
  EXPECT_TRUE(same(run(2, false), one));
  EXPECT_TRUE(same(run(4, true), one));
}

}  // namespace
}  // namespace netpulse
