#include "engine/flow/flow_directions.h"

#include <gtest/gtest.h>

namespace netpulse {
namespace {

FlowRecord to(const char* address, std::uint8_t ip_version = 4) {
  FlowRecord record{};
  record.key.hi_addr = *IpAddress::parse(address);
  record.key.ip_version = ip_version;
  record.packets[0] = 1;
  return record;
}

TEST(FlowDirections, BothWereSeenInThisRecordOrBefore) {
  FlowRecord record = to("192.0.2.1");
  EXPECT_EQ(directions_seen(record), FlowDirections::kOneWay);
  record.packets[1] = 1;
  EXPECT_EQ(directions_seen(record), FlowDirections::kBoth);
  record.packets[0] = record.packets[1] = 0;
  record.flags = FlowRecord::kFlagAnswered;
  EXPECT_EQ(directions_seen(record), FlowDirections::kBoth);
}

TEST(FlowDirections, AGroupOrEverybodyDoesNotAnswer) {
  for (const char* address : {"224.0.0.0", "239.255.255.255", "255.255.255.255"})
    EXPECT_EQ(directions_seen(to(address)), FlowDirections::kMulticast) << address;
  for (const char* address : {"223.255.255.255", "240.0.0.1", "255.255.255.254", "0.0.0.0"})
    EXPECT_EQ(directions_seen(to(address)), FlowDirections::kOneWay) << address;
  EXPECT_EQ(directions_seen(to("ff02::fb", 6)), FlowDirections::kMulticast);
  EXPECT_EQ(directions_seen(to("fe80::1", 6)), FlowDirections::kOneWay);
  EXPECT_EQ(directions_seen(to("2001:db8::ffff:ffff", 6)), FlowDirections::kOneWay);
}

TEST(FlowDirections, TheResponderIsAskedNotTheOneThatSortsSecond) {
  FlowRecord record = to("224.0.0.251");
  record.flags = FlowRecord::kFlagInitiatorIsHi;
  EXPECT_EQ(directions_seen(record), FlowDirections::kOneWay);
}

TEST(FlowDirections, NamesAreThoseOfTheLabels) {
  EXPECT_STREQ(flow_directions_name(FlowDirections::kOneWay), "one_way");
  EXPECT_STREQ(flow_directions_name(FlowDirections::kMulticast), "multicast");
  FlowRecord record{};
  EXPECT_STREQ(flow_protocol_name(flow_protocol(record)), "other");
  record.key.protocol = 17;
  EXPECT_STREQ(flow_protocol_name(flow_protocol(record)), "udp");
  record.key.protocol = 6;
  EXPECT_STREQ(flow_protocol_name(flow_protocol(record)), "tcp");
}

}  // namespace
}  // namespace netpulse
