#include "plugins/dhcp/dhcp.h"

#include <gtest/gtest.h>

#include "tests/unit/plugins/dhcp/dhcp_samples.h"
#include "tests/unit/plugins/flow_driver.h"

namespace netpulse {
namespace {

using namespace test;

constexpr AnalyzerEntry kDhcp = make_analyzer_entry<Dhcp>(), kDhcpv6 = make_analyzer_entry<Dhcpv6>();
constexpr std::uint8_t kUdp = 17;

TEST(Dhcp, TellsTheClientsNameAndVendorClass) {
  RecordingContext context;
  FlowDriver(kDhcp, kUdp, 67, context).feed(true, dhcp_request());
  EXPECT_EQ(context.attributes[FlowAttribute::kHostName], "laptop-7");
  EXPECT_EQ(context.attributes[FlowAttribute::kVendorClass], "MSFT 5.0");
}

TEST(Dhcp, TakesNoNameFromAServer) {
  RecordingContext context;
  FlowDriver flow(kDhcp, kUdp, 67, context);
  flow.feed(false, dhcp_message(2, dhcp_option(12, bytes_of("given-name"))));
  EXPECT_TRUE(flow.mine());
  EXPECT_TRUE(context.attributes.empty());
}

TEST(Dhcp, StopsAtAnOptionPastTheEnd) {
  RecordingContext context;
  FlowDriver flow(kDhcp, kUdp, 67, context);
  flow.feed(true, dhcp_message(1, {53, 1, 1, 12, 200, 'a', 'b'}));
  EXPECT_TRUE(flow.mine());
  EXPECT_TRUE(context.attributes.empty());
}

TEST(Dhcp, NeedsTheMagicCookie) {
  RecordingContext context;
  ByteVector message = dhcp_request();
  message[239] ^= 1;
  EXPECT_EQ(FlowDriver(kDhcp, kUdp, 67, context).feed(true, message), Verdict::kNotMine);
}

TEST(Dhcpv6, TellsTheClientsNameAndVendorClass) {
  RecordingContext context;
  FlowDriver(kDhcpv6, kUdp, 547, context).feed(true, dhcpv6_solicit());
  EXPECT_EQ(context.attributes[FlowAttribute::kHostName], "laptop-7.example");
  EXPECT_EQ(context.attributes[FlowAttribute::kVendorClass], "MSFT 5.0");
}

TEST(Dhcpv6, RefusesOptionsThatDoNotAddUp) {
  RecordingContext context;
  ByteVector message = dhcpv6_solicit();
  message.push_back(0);
  EXPECT_EQ(FlowDriver(kDhcpv6, kUdp, 547, context).feed(true, message), Verdict::kNotMine);
}

TEST(Dhcpv6, KeepsNoNameLongerThanANameMayBe) {
  ByteVector message{1, 0, 0, 1}, name{0};
  for (int i = 0; i < 5; ++i) append(name, with_length8(ByteVector(63, 'a')));
  append(message, dhcpv6_option(39, name));
  RecordingContext context;
  FlowDriver flow(kDhcpv6, kUdp, 547, context);
  flow.feed(true, message);
  EXPECT_TRUE(flow.mine());
  EXPECT_TRUE(context.attributes.empty());
}

}  // namespace
}  // namespace netpulse
