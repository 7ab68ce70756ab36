#include "engine/analysis/catalogue_ports.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

namespace netpulse {
namespace {

TEST(CataloguePorts, AgreeWithABookOfEveryPort) {
  std::mt19937 random(5);
  for (int round = 0; round < 300; ++round) {
    std::vector<PortRule> written;
    std::map<std::pair<int, int>, ApplicationId> book;
    std::set<std::pair<ApplicationId, ApplicationId>> clashes, told;
    for (ApplicationId application = 1; application < 12; ++application) {
      // Both ends of the range of ports, where a carry could be lost.
      const std::uint32_t base = random() % 2 == 0 ? 0 : 65535 - 40;
      const auto first = static_cast<std::uint16_t>(base + random() % 30);
      const auto last = static_cast<std::uint16_t>(first + random() % 11);
      const std::uint8_t protocol = random() % 2 == 0 ? 6 : 17;
      const bool replaced = random() % 8 == 0;
      written.push_back({protocol, first, last, application, {}, replaced});
      for (int port = first; port <= last && !replaced; ++port) {
        ApplicationId& owner = book[{protocol, port}];
        if (owner != 0) clashes.emplace(application, owner);
        owner = application;
      }
    }
    const std::vector<PortRule> result = ports_in_force(written, [&](const PortRule& later, const PortRule& earlier) {
      EXPECT_TRUE(told.emplace(later.application, earlier.application).second);
    });
    std::map<std::pair<int, int>, ApplicationId> found;
    for (std::size_t i = 0; i < result.size(); ++i) {
      const PortRule& rule = result[i];
      if (i > 0) {
        EXPECT_LT(std::pair(result[i - 1].protocol, result[i - 1].last), std::pair(rule.protocol, rule.first));
      }
      for (int port = rule.first; port <= rule.last; ++port) found[{rule.protocol, port}] = rule.application;
    }
    ASSERT_EQ(found, book) << round;
    ASSERT_EQ(told, clashes) << round;
  }
}

}  // namespace
}  // namespace netpulse
