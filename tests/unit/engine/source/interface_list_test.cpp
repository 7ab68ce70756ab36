#include "engine/source/interface_list.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace netpulse {
namespace {

constexpr std::string_view kIpv4Header =
    "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n";

TEST(InterfaceList, FindsTheDefaultRouteWithTheLowestMetric) {
  const std::string routes = std::string(kIpv4Header) +
                             "wlan0\t00000000\t0101A8C0\t0003\t0\t0\t600\t00000000\t0\t0\t0\n"
                             "eth0\t00000000\t0101A8C0\t0003\t0\t0\t100\t00000000\t0\t0\t0\n"
                             "tun0\t0000000A\t00000000\t0001\t0\t0\t0\t000000FF\t0\t0\t0\n";
  EXPECT_EQ(default_route_interface(routes, ""), "eth0");
}

TEST(InterfaceList, IgnoresRoutesThatAreDownOrReject) {
  const std::string routes = std::string(kIpv4Header) +
                             "eth0\t00000000\t0101A8C0\t0002\t0\t0\t1\t00000000\t0\t0\t0\n"
                             "eth1\t00000000\t0101A8C0\t0201\t0\t0\t1\t00000000\t0\t0\t0\n"
                             "eth2\t00000000\t0101A8C0\t0003\t0\t0\t9\t00000000\t0\t0\t0\n";
  EXPECT_EQ(default_route_interface(routes, ""), "eth2");
}

TEST(InterfaceList, FallsBackToIpv6) {
  const std::string zero(32, '0'), hop = "fe800000000000000000000000000001";
  const auto line = [&](const std::string& prefix, const std::string& metric, const std::string& flags,
                        const std::string& name) {
    return zero + " " + prefix + " " + zero + " 00 " + hop + " " + metric + " 00000001 00000000 " + flags + "     " +
           name + "\n";
  };
  const std::string routes = line("00", "ffffffff", "00200200", "lo") + line("00", "00000400", "00450003", "wlan0") +
                             line("00", "00000064", "00450003", "eth0") + line("40", "00000001", "00000001", "tun0");
  EXPECT_EQ(default_route_interface(kIpv4Header, routes), "eth0");
}

TEST(InterfaceList, FindsNoDefaultRouteInEmptyOrBrokenText) {
  EXPECT_EQ(default_route_interface("", ""), "");
  EXPECT_EQ(default_route_interface("eth0 00000000", "x y z\n\n\n"), "");
}

TEST(InterfaceList, NamesTheNearestInterface) {
  std::vector<InterfaceInfo> interfaces(2);
  interfaces[0].name = "lo";
  interfaces[1].name = "eth0";
  EXPECT_EQ(no_such_interface("eth9", interfaces), "eth9: no such interface; did you mean eth0? interfaces: lo, eth0");
  EXPECT_EQ(no_such_interface("wireless", interfaces), "wireless: no such interface; interfaces: lo, eth0");
  EXPECT_EQ(no_such_interface("x", {}), "x: no such interface; interfaces: none");
}

TEST(InterfaceList, ListsTheLoopbackOfThisMachine) {
  const auto listed = list_interfaces();
  ASSERT_TRUE(listed.ok()) << listed.error().message;
  const auto& interfaces = listed.value();
  const auto loopback = std::ranges::find_if(interfaces, [](const InterfaceInfo& i) { return i.loopback; });
  if (loopback == interfaces.end()) GTEST_SKIP() << "no loopback interface here";
  EXPECT_FALSE(loopback->name.empty());
}

}  // namespace
}  // namespace netpulse
